"""Which part of the audio a location makes: a mask of the mel spectrogram."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN = 32  # channels


class SourceMask(nn.Module):
    """Mask of a mel spectrogram from what a location does over time.

    The audio tower's tokens (D = ``in_channels``) say what is heard, the unit vectors of the
    location (C = ``query_channels``) what is seen; both together say which tokens are its own, and
    the spectrogram itself where they begin and end.
    """

    def __init__(self, in_channels: int, query_channels: int) -> None:
        super().__init__()
        self.audio = nn.Conv2d(in_channels, HIDDEN, 1)
        self.query = nn.Conv1d(query_channels, HIDDEN, 5, padding=2)
        self.context = nn.Conv2d(HIDDEN, HIDDEN, (3, 5), padding=(1, 2))
        self.fine = nn.Conv2d(1, HIDDEN // 2, 5, padding=2)
        self.coarse = nn.Conv2d(HIDDEN, HIDDEN // 2, 1)
        self.out = nn.Conv2d(HIDDEN // 2, 1, 3, padding=1)

    def forward(self, log_mels: Tensor, tokens: Tensor, query: Tensor) -> Tensor:
        """Logits of the mask of a spectrogram, both (N, F, T_a).

        Of its audio tokens (N, S, L, D), and the location's unit vectors at their times (N, S, C).
        """
        audio = self.audio(tokens.permute(0, 3, 2, 1))  # (N, H, L, S)
        hidden = torch.relu(audio + self.query(query.transpose(1, 2))[:, :, None])
        hidden = hidden + torch.relu(self.context(hidden))
        coarse = F.interpolate(self.coarse(hidden), size=log_mels.shape[-2:], mode='bilinear')
        return self.out(torch.relu(self.fine(log_mels[:, None]) + coarse))[:, 0]

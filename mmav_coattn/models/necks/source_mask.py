"""Which part of the audio a location makes: a mask of the mel spectrogram."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SourceMask(nn.Module):
    """Mask of a mel spectrogram from what a location does over time.

    The audio tower's tokens say what is heard, the unit vectors of the location what is seen; both
    together say which tokens are its own, and the spectrogram itself where they begin and end.

    Args:
        in_channels (int): Channels D of the audio tokens.
        query_channels (int): Channels C of the unit vectors of a location.
        channels (int): Hidden channels.
        kernel_size (int): Audio steps around a step that its mask sees; odd.
    """

    def __init__(
        self, in_channels: int, query_channels: int, channels: int = 32, kernel_size: int = 5
    ) -> None:
        super().__init__()
        pad = kernel_size // 2
        self.audio = nn.Conv2d(in_channels, channels, 1)
        self.query = nn.Conv1d(query_channels, channels, kernel_size, padding=pad)
        self.context = nn.Conv2d(channels, channels, (3, kernel_size), padding=(1, pad))
        self.fine = nn.Conv2d(1, channels // 2, 5, padding=2)
        self.coarse = nn.Conv2d(channels, channels // 2, 1)
        self.out = nn.Conv2d(channels // 2, 1, 3, padding=1)

    def forward(self, log_mels: Tensor, tokens: Tensor, query: Tensor) -> Tensor:
        """Logits (N, F, T_a) of the mask.

        Args:
            log_mels (Tensor): (N, F, T_a).
            tokens (Tensor): Audio tokens (N, S, L, D) of them.
            query (Tensor): Unit vectors of the location at the times of the tokens (N, S, C).
        """
        audio = self.audio(tokens.permute(0, 3, 2, 1))  # (N, H, L, S)
        hidden = torch.relu(audio + self.query(query.transpose(1, 2))[:, :, None])
        hidden = hidden + torch.relu(self.context(hidden))
        coarse = F.interpolate(self.coarse(hidden), size=log_mels.shape[-2:], mode='bilinear')
        return self.out(torch.relu(self.fine(log_mels[:, None]) + coarse))[:, 0]

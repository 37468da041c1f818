"""Audio-guided channel attention: the sound says what kind of thing to look for."""

from __future__ import annotations

from torch import Tensor, nn

from .token_norm import build_token_norm


class ChannelGate(nn.Module):
    """Scales the channels of the picture's tokens by gates that the sound of the same time sets.

    The form of a squeeze-and-excitation (Hu, Shen & Sun, CVPR 2018): two fully connected layers
    with a bottleneck and a sigmoid; what is squeezed is the sound instead of the picture itself, as
    in the audio-guided spatial-channel attention of Xu et al. ("Cross-Modal Relation-Aware
    Networks", ACM MM 2020). The gates lie between 0 and 2 and begin at 1, so that training begins
    as the network without them.

    Every sound gets tokens of its own, so unlike attention alone this costs memory for each of the
    J sounds of a clip. The visual tower still runs once.

    Args:
        dims (int): Channels D.
        ratio (int): D over the width of the bottleneck.
        norm (str): See :func:`~mmav_coattn.models.necks.token_norm.build_token_norm`.
    """

    def __init__(self, dims: int, ratio: int = 4, norm: str = 'batch') -> None:
        super().__init__()
        hidden = max(dims // ratio, 1)
        self.norm = build_token_norm(norm, dims, item_dims=2)
        self.gate = nn.Sequential(
            nn.Linear(dims, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, dims)
        )
        nn.init.zeros_(self.gate[-1].weight)
        nn.init.zeros_(self.gate[-1].bias)

    def forward(self, audio: Tensor, visual_tokens: Tensor) -> Tensor:
        """Streams of sound (N, J, T, D) and tokens (N, T, P, D) -> tokens (N, J, T, P, D)."""
        gates = 2 * self.gate(self.norm(audio)).sigmoid()
        return visual_tokens[:, None] * gates[..., None, :]

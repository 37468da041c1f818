"""What every neck begins with: both modalities as tokens on one time grid."""

from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

from .time_alignment import resample_time
from .token_norm import TokenBatchNorm


class TokenNeck(BaseModule):
    """Base of necks: projects features of the towers to tokens, and tokens to streams.

    Args:
        in_channels (tuple[int, int]): Channels of the visual and the audio tower.
        embed_dims (int): Channels D of tokens and streams; even.
        query_kernel (int): Length of the convolution over time that makes a stream's start; odd.
        centre_time (bool): Whether each place, and each frequency, is taken relative to its mean
            over the clip; see :class:`CoAttentionNeck`.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If ``query_kernel`` is even or ``embed_dims`` odd.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int,
        query_kernel: int,
        centre_time: bool,
        init_cfg: dict | None = None,
        visual_inputs: int = 2,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if query_kernel % 2 == 0:
            raise ConfigError(
                f'neck: query_kernel={query_kernel} must be odd, so that a step lies '
                'in the middle of what it sees.'
            )
        if embed_dims % 2:
            raise ConfigError(f'neck: embed_dims={embed_dims} must be even for the time code.')
        self.embed_dims = embed_dims
        self.centre_time = centre_time
        visual_channels, audio_channels = in_channels
        self.visual_proj = nn.Linear(visual_channels, embed_dims)
        self.visual_norm = TokenBatchNorm(embed_dims)
        self.audio_proj = nn.Linear(audio_channels, embed_dims)
        self.audio_norm = TokenBatchNorm(embed_dims)
        self.visual_start = nn.Conv1d(
            visual_inputs * embed_dims, embed_dims, query_kernel, padding=query_kernel // 2
        )
        self.audio_start = nn.Conv1d(
            2 * embed_dims, embed_dims, query_kernel, padding=query_kernel // 2
        )

    def make_tokens(
        self, visual: Tensor, audio: Tensor, visual_times: Tensor, audio_times: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tokens of the picture (N, T', P, D) and of the sound (N, J, T', F', D).

        Arguments as in :meth:`CoAttentionNeck.forward`.
        """
        visual_tokens = self.visual_proj(visual.permute(0, 2, 3, 4, 1).flatten(2, 3))  # N T' P D
        visual_tokens = self.visual_norm(self.centre(visual_tokens, dim=1))
        audio = resample_time(audio, audio_times, visual_times)
        audio_tokens = self.audio_proj(audio.permute(0, 1, 4, 3, 2))  # N J T' F' D
        return visual_tokens, self.audio_norm(self.centre(audio_tokens, dim=2))

    def centre(self, tokens: Tensor, dim: int) -> Tensor:
        """Subtract from each place, or frequency, its mean over the time axis ``dim``."""
        return tokens - tokens.mean(dim=dim, keepdim=True) if self.centre_time else tokens

    @staticmethod
    def start_stream(tokens: Tensor, conv: nn.Conv1d) -> Tensor:
        """Pool the tokens of each step and convolve over time: (..., T, L, D) -> (..., T, D)."""
        pooled = torch.cat([tokens.mean(dim=-2), tokens.amax(dim=-2)], dim=-1)  # (..., T, 2D)
        return over_time(pooled, conv)


def over_time(stream: Tensor, conv: nn.Conv1d) -> Tensor:
    """Convolve a stream over its time steps: (..., T, C) -> (..., T, D)."""
    convolved = conv(stream.flatten(0, -3).transpose(1, 2)).transpose(1, 2)
    return convolved.unflatten(0, stream.shape[:-2])

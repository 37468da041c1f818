"""What every neck begins with: both modalities as tokens on one time grid."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import VisualFeatures, as_stages

from .time_alignment import resample_time
from .token_norm import build_token_norm


class TokenNeck(BaseModule):
    """Base of necks: projects features of the towers to tokens, and tokens to streams.

    Args:
        in_channels (tuple): Channels of the visual and the audio tower; of the visual one those of
            each stage that it hands on, if there are several.
        embed_dims (int): Channels D of tokens and streams; even.
        query_kernel (int): Length of the convolution over time that makes a stream's start; odd.
        centre_time (bool): Whether each place, and each frequency, is taken relative to its mean
            over the clip; see :class:`CoAttentionNeck`.
        init_cfg (dict, optional): Initialisation.
        visual_inputs (int): Vectors that the picture's stream starts from, of D channels each.
        norm (str): ``'batch'`` or ``'group'``; see
            :func:`~mmav_coattn.models.necks.token_norm.build_token_norm`.

    Raises:
        ConfigError: If ``query_kernel`` is even, ``embed_dims`` odd or ``norm`` unknown.
    """

    def __init__(
        self,
        in_channels: tuple[int | Sequence[int], int],
        embed_dims: int,
        query_kernel: int,
        centre_time: bool,
        init_cfg: dict | None = None,
        visual_inputs: int = 2,
        norm: str = 'batch',
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
        #: Stages of the visual tower, None for one whose features come as they are.
        self.num_stages = None if isinstance(visual_channels, int) else len(visual_channels)
        if self.num_stages is None:
            self.visual_proj = nn.Linear(visual_channels, embed_dims)
            self.visual_norm = build_token_norm(norm, embed_dims, item_dims=1)
        else:
            self.visual_proj = nn.ModuleList(
                [nn.Linear(channels, embed_dims) for channels in visual_channels]
            )
            # By its own bias each stage's tokens can also be told from the other's.
            self.visual_norm = nn.ModuleList(
                [build_token_norm(norm, embed_dims, item_dims=1) for _ in visual_channels]
            )
        self.audio_proj = nn.Linear(audio_channels, embed_dims)
        self.audio_norm = build_token_norm(norm, embed_dims, item_dims=2)
        self.visual_start = nn.Conv1d(
            visual_inputs * embed_dims, embed_dims, query_kernel, padding=query_kernel // 2
        )
        self.audio_start = nn.Conv1d(
            2 * embed_dims, embed_dims, query_kernel, padding=query_kernel // 2
        )

    def make_tokens(
        self, visual: VisualFeatures, audio: Tensor, visual_times: Tensor, audio_times: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tokens of the picture (N, T', P, D) and of the sound (N, J, T', F', D).

        Arguments as in :meth:`CoAttentionNeck.forward`. Of several stages of the visual tower, the
        P places are those of all of them, one stage after the other.

        Raises:
            ConfigError: If the stages are not those of ``in_channels``, or differ in time.
        """
        if self.num_stages is None and isinstance(visual, Tensor):
            visual_tokens = self.stage_tokens(visual, self.visual_proj, self.visual_norm)
        else:
            visual_tokens = self.multi_scale_tokens(as_stages(visual))
        audio = resample_time(audio, audio_times, visual_times)
        audio_tokens = self.audio_proj(audio.permute(0, 1, 4, 3, 2))  # N J T' F' D
        return visual_tokens, self.audio_norm(self.centre(audio_tokens, dim=2))

    def multi_scale_tokens(self, stages: Sequence[Tensor]) -> Tensor:
        """Tokens (N, T', P, D) of stages (N, C_s, T', H_s, W_s), P the sum of their places."""
        if len(stages) != self.num_stages:
            raise ConfigError(
                f'neck: in_channels has {self.num_stages or "no list of"} visual stages, and the '
                f'visual tower hands on {len(stages)}: give in_channels the channels of each of '
                'its out_indices, ((C_1, C_2), C_audio), and the backbone multi_scale=True.'
            )
        steps = {stage.shape[2] for stage in stages}
        if len(steps) > 1:
            raise ConfigError(
                f'neck: the stages of the visual tower have {sorted(steps)} time steps; use '
                'out_indices between which no temporal_strides lie.'
            )
        parts = zip(stages, self.visual_proj, self.visual_norm, strict=True)
        return torch.cat([self.stage_tokens(*part) for part in parts], dim=2)

    def stage_tokens(self, visual: Tensor, proj: nn.Module, norm: nn.Module) -> Tensor:
        """Tokens (N, T', P, D) of the features (N, C, T', H', W') of one stage."""
        tokens = proj(visual.permute(0, 2, 3, 4, 1).flatten(2, 3))
        return norm(self.centre(tokens, dim=1))

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

"""What every neck begins with: both modalities as tokens on one time grid."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from .match import Match, pool_tokens
from .time_alignment import interpolation_weights, time_code


class TokenBatchNorm(nn.Module):
    """Batch normalisation of the last axis (D), over all others.

    Most of what a tower says about a location is the same at all times. Measured against the other
    tokens of the batch, what changes comes to the front (figures: docs/lab_notes.md). The layer is
    a child and no base class, so that ``sync_bn`` of a config exchanges it and keeps the axes.
    """

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(dims)

    def forward(self, x: Tensor) -> Tensor:
        """(..., D) -> (..., D)."""
        return self.norm(x.reshape(-1, x.shape[-1])).view_as(x)


class TokenNeck(BaseModule):
    """Base of necks: projects features of the towers to tokens.

    Args:
        in_channels (tuple[int, int]): Channels of the visual and the audio tower.
        embed_dims (int): Channels D of the tokens.
        centre_time (bool): Whether the mean over time of each location, and of each band, is
            subtracted: a wall or a hum cannot tell in sync from shifted, but differs more between
            clips than motion differs between times.
        match (dict, optional): Arguments of :class:`Match`.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int,
        centre_time: bool = True,
        match: dict | None = None,
    ) -> None:
        super().__init__()
        self.centre_time = centre_time
        self.visual_proj = nn.Linear(in_channels[0], embed_dims)
        self.audio_proj = nn.Linear(in_channels[1], embed_dims)
        self.visual_norm = TokenBatchNorm(embed_dims)
        self.audio_norm = TokenBatchNorm(embed_dims)
        self.match = Match(embed_dims, **(match or {}))

    def visual_tokens(self, visual: Tensor, is_centred: bool = False) -> Tensor:
        """Tokens (N, T', H'W', D) of features (N, C_v, T', H', W'), centred before or not."""
        visual = visual.permute(0, 2, 3, 4, 1).flatten(2, 3)
        return self.visual_norm(self.visual_proj(self._centre(visual, is_centred)))

    def audio_tokens(self, audio: Tensor, is_centred: bool = False) -> Tensor:
        """Tokens (N, T'', L, D) of features (N, C_a, L, T'') of an audio segment."""
        audio = audio.permute(0, 3, 2, 1)
        return self.audio_norm(self.audio_proj(self._centre(audio, is_centred)))

    def _centre(self, features: Tensor, is_centred: bool) -> Tensor:
        if is_centred or not self.centre_time:
            return features
        return features - features.mean(dim=1, keepdim=True)


class StreamNeck(TokenNeck):
    """Base of the necks of the comparison: one vector a step and modality, its *stream*.

    The visual stream starts from ``visual_inputs`` vectors of D channels, D even.
    """

    def __init__(
        self, in_channels: tuple[int, int], embed_dims: int, visual_inputs: int = 2
    ) -> None:
        super().__init__(in_channels, embed_dims)
        self.embed_dims = embed_dims
        self.visual_start, self.audio_start = (
            nn.Conv1d(count * embed_dims, embed_dims, kernel_size=5, padding=2)
            for count in (visual_inputs, 2)
        )

    def contrast(self, visual_tokens: Tensor, audio_tokens: Tensor) -> Tensor | None:
        """Similarity of the in-sync pairs (N, 1, P, 1, T', T') for the loss; None in evaluation."""
        if not self.training:
            return None
        visual = self.match.embed_visual(visual_tokens)
        return self.match.similarity(visual, self.match.embed_audio(audio_tokens[:, 0])[:, None])

    def position_code(self, window_times: Tensor) -> Tensor:
        """Code (T', D) of the times of a window's steps (N, J, T'), from its first step on."""
        return time_code(window_times[0, 0] - window_times[0, 0, 0], self.embed_dims)

    @staticmethod
    def start_stream(tokens: Tensor, conv: nn.Conv1d) -> Tensor:
        """Pool the tokens of each step and convolve over time: (..., T, K, D) -> (..., T, D)."""
        return over_time(pool_tokens(tokens).squeeze(-2), conv)


def over_time(stream: Tensor, conv: nn.Conv1d) -> Tensor:
    """Convolve a stream over its time steps: (..., T, C) -> (..., T, D)."""
    convolved = conv(stream.flatten(0, -3).transpose(1, 2)).transpose(1, 2)
    return convolved.unflatten(0, stream.shape[:-2])


def take_steps(steps: Tensor, times: Tensor, wanted: Tensor) -> Tensor:
    """Interpolate steps (N, S, L, D) of times (S,) at times (N, J, T): (N, J, T, L, D)."""
    weights = interpolation_weights(times, wanted).to(steps.dtype)
    taken = torch.bmm(weights.flatten(1, 2), steps.flatten(2))
    return taken.unflatten(1, wanted.shape[1:]).unflatten(-1, steps.shape[2:])

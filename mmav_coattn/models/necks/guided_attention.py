"""The parts of a co-attention block: audio-guided, visual-guided and self-attention."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .attention import MultiHeadAttention
from .time_alignment import neighbour_steps
from .token_norm import TokenBatchNorm


class TimeDistanceBias(nn.Module):
    """Attention over all times that begins close to its own time.

    Adds ``-slope * |t - t'|`` to the scaled products, with t in steps: the linear bias of ALiBi
    (Press et al., ICLR 2022), both ways, with a learned slope for each head. Without it a query
    begins by looking at the tokens of all times alike; with it, at a soft window that may widen.

    Args:
        num_heads (int): Attention heads.
        slope (float): Initial slope a step, positive.
    """

    def __init__(self, num_heads: int, slope: float = 1.5) -> None:
        super().__init__()
        self.log_slope = nn.Parameter(torch.full((num_heads,), math.log(slope)))

    def forward(self, steps: int, num_streams: int, num_tokens: int) -> Tensor:
        """Bias (heads, J * T, T * L) of J streams and L tokens a step, over T steps."""
        index = torch.arange(steps, device=self.log_slope.device)
        distance = (index[:, None] - index).abs().to(self.log_slope.dtype)
        distance = distance.repeat(num_streams, 1).repeat_interleave(num_tokens, dim=1)
        return -self.log_slope.exp()[:, None, None] * distance


class GuidedAttention(nn.Module):
    """One modality's stream looks into the tokens of the other.

    Used both ways: audio-guided attention (AGA) queries the places of the picture with the sound,
    visual-guided attention (VGA) the frequencies of the sound with the picture.

    In ``frame`` scope a query at time ``t`` sees the tokens of time ``t``, or of ``t - window`` to
    ``t + window``. In ``clip`` scope it sees those of all times.

    Args:
        dims (int): Channels D.
        num_heads (int): Attention heads.
        scope (str): ``'frame'`` or ``'clip'``.
        window (int): Neighbouring time steps on either side; frame scope only.
        time_bias (bool): In clip scope, whether a token counts less the farther its time is from
            the query's, see :class:`TimeDistanceBias`.
    """

    def __init__(
        self, dims: int, num_heads: int, scope: str, window: int, time_bias: bool = True
    ) -> None:
        super().__init__()
        self.scope = scope
        self.window = window
        self.query_norm = TokenBatchNorm(dims)
        self.attention = MultiHeadAttention(dims, num_heads)
        self.time_bias = None
        if scope == 'clip' and time_bias:
            self.time_bias = TimeDistanceBias(num_heads)

    def forward(
        self, stream: Tensor, tokens: Tensor, code: Tensor, return_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Attend.

        Args:
            stream (Tensor): Queries (B, J, T, D): J streams that share the tokens of one item.
            tokens (Tensor): What they look into (B, T, L, D).
            code (Tensor): Code of the T times (T, D); enters queries and keys in clip scope, where
                nothing else tells one time from another.
            return_weights (bool): Also return where each query looked.

        Returns:
            tuple[Tensor, Tensor | None]: What was seen (B, J, T, D), and the weights of each head
            (B, heads, J, T, L), summed over the times that were looked into, so that they sum to 1
            over the L tokens of a step.
        """
        batch, num_streams, steps, _ = stream.shape
        num_tokens = tokens.shape[2]
        queries = self.query_norm(stream)
        bias = None
        if self.scope == 'frame':
            keys, values = self.attention.project_memory(tokens)
            # All J streams of a time step are queries on the same keys: nothing is copied per J.
            queries = queries.transpose(1, 2).flatten(0, 1)  # (B*T, J, D)
            keys = neighbour_steps(keys, self.window).flatten(0, 1)  # (B*T, (2w+1)*L, D)
            values = neighbour_steps(values, self.window).flatten(0, 1)
        else:
            keys, values = self.attention.project_memory(tokens, code[:, None])
            queries = (queries + code).flatten(1, 2)  # (B, J*T, D)
            keys, values = keys.flatten(1, 2), values.flatten(1, 2)  # (B, T*L, D)
            if self.time_bias is not None:
                bias = self.time_bias(steps, num_streams, num_tokens)
        seen = self.attention(queries, keys, values, bias)
        weights = None
        if return_weights:
            weights = self.attention.weights(queries, keys, bias)
            weights = weights.unflatten(-1, (-1, num_tokens)).sum(dim=-2)
        if self.scope == 'frame':
            seen = seen.unflatten(0, (batch, steps)).transpose(1, 2)
            if weights is not None:  # (B*T, heads, J, L)
                weights = weights.unflatten(0, (batch, steps)).permute(0, 2, 3, 1, 4)
        else:
            seen = seen.unflatten(1, (num_streams, steps))
            if weights is not None:  # (B, heads, J*T, L)
                weights = weights.unflatten(2, (num_streams, steps))
        return seen, weights


class TemporalSelfAttention(nn.Module):
    """Self-attention (SA) of one stream over its time steps, then a feed-forward layer.

    Pre-norm residual form.

    Args:
        dims (int): Channels D.
        num_heads (int): Attention heads.
        ffn_ratio (int): Width of the feed-forward layer over D.
    """

    def __init__(self, dims: int, num_heads: int, ffn_ratio: int = 2) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dims)
        self.attention = MultiHeadAttention(dims, num_heads)
        self.ffn = nn.Sequential(
            nn.LayerNorm(dims),
            nn.Linear(dims, ffn_ratio * dims),
            nn.GELU(),
            nn.Linear(ffn_ratio * dims, dims),
        )

    def forward(self, stream: Tensor, code: Tensor) -> Tensor:
        """(B, J, T, D) and the code of the T times (T, D) -> (B, J, T, D)."""
        x = stream.flatten(0, 1)
        normed = self.norm(x)
        x = x + self.attention(normed + code, *self.attention.project_memory(normed, code))
        x = x + self.ffn(x)
        return x.view_as(stream)

"""The parts of a co-attention block: audio-guided, visual-guided and self-attention."""

from __future__ import annotations

from torch import Tensor, nn

from .attention import MultiHeadAttention
from .time_alignment import neighbour_steps
from .time_bias import build_time_bias, neighbour_offsets, spread_bias, step_offsets
from .token_norm import build_token_norm


class GuidedAttention(nn.Module):
    """One modality's stream looks into the tokens of the other.

    Used both ways: audio-guided attention (AGA) queries the places of the picture with the sound,
    visual-guided attention (VGA) the frequencies of the sound with the picture.

    In ``frame`` scope a query at time ``t`` sees the tokens of time ``t``, or of ``t - window`` to
    ``t + window``. In ``clip`` scope it sees those of all times. In ``place`` scope it sees those
    of its own time, too, but each place has one weight for the whole clip, see
    :meth:`MultiHeadAttention.look_at_places`.

    Args:
        dims (int): Channels D.
        num_heads (int): Attention heads.
        scope (str): ``'frame'``, ``'clip'`` or ``'place'``.
        window (int): Neighbouring time steps on either side; frame scope only.
        time_bias (bool | str): See :class:`CoAttentionNeck`.
        norm (str): Normalisation of the queries, see
            :func:`~mmav_coattn.models.necks.token_norm.build_token_norm`.
        **attention: Of :class:`MultiHeadAttention`: temperature and activation.
    """

    def __init__(
        self,
        dims: int,
        num_heads: int,
        scope: str,
        window: int,
        time_bias: bool | str = True,
        norm: str = 'batch',
        **attention,
    ) -> None:
        super().__init__()
        self.scope = scope
        self.window = window
        self.query_norm = build_token_norm(norm, dims, item_dims=2)
        self.attention = MultiHeadAttention(dims, num_heads, **attention)
        self.time_bias = None
        if scope == 'clip':
            # Either begins as a soft window: over all times alike, hardly anything is learned.
            self.time_bias = build_time_bias(time_bias, num_heads, slope=1.5, table_slope=1.5)
        elif scope == 'frame' and window and time_bias == 'table':
            self.time_bias = build_time_bias('table', num_heads, 1.5, 0.0, max_steps=window)

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
            (B, heads, J, T, L), summed over the times that were looked into, so that those of a
            softmax sum to 1 over the L tokens of a step.
        """
        batch, num_streams, steps, _ = stream.shape
        num_tokens = tokens.shape[2]
        queries = self.query_norm(stream)
        bias = None
        if self.scope == 'place':
            seen, weights = self.attention.look_at_places(
                queries, *self.attention.project_memory(tokens)
            )
            if not return_weights:
                return seen, None
            return seen, weights[:, :, :, None].expand(-1, -1, -1, steps, -1)
        if self.scope == 'frame':
            keys, values = self.attention.project_memory(tokens)
            # All J streams of a time step are queries on the same keys: nothing is copied per J.
            queries = queries.transpose(1, 2).flatten(0, 1)  # (B*T, J, D)
            keys = neighbour_steps(keys, self.window).flatten(0, 1)  # (B*T, (2w+1)*L, D)
            values = neighbour_steps(values, self.window).flatten(0, 1)
            if self.time_bias is not None:
                offsets = neighbour_offsets(self.window, stream.device)
                bias = spread_bias(self.time_bias(offsets), 1, num_tokens)
        else:
            keys, values = self.attention.project_memory(tokens, code[:, None])
            queries = (queries + code).flatten(1, 2)  # (B, J*T, D)
            keys, values = keys.flatten(1, 2), values.flatten(1, 2)  # (B, T*L, D)
            if self.time_bias is not None:
                offsets = step_offsets(steps, stream.device)
                bias = spread_bias(self.time_bias(offsets), num_streams, num_tokens)
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
        time_bias (bool | str): Kind of time bias, see
            :func:`~mmav_coattn.models.necks.time_bias.build_time_bias`.
    """

    def __init__(
        self, dims: int, num_heads: int, ffn_ratio: int = 2, time_bias: bool | str = False
    ) -> None:
        super().__init__()
        # The slope begins as a wide window; the table as no bias.
        self.time_bias = build_time_bias(time_bias, num_heads, slope=0.25, table_slope=0.0)
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
        bias = None
        if self.time_bias is not None:
            bias = self.time_bias(step_offsets(stream.shape[2], stream.device))
        x = x + self.attention(normed + code, *self.attention.project_memory(normed, code), bias)
        x = x + self.ffn(x)
        return x.view_as(stream)

"""Co-attention of "Look, Listen, and Attend" in its literal form, for the comparison."""

from typing import NamedTuple

from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

from .match import MODULES
from .token_neck import StreamNeck, take_steps


class StreamFeatures(NamedTuple):
    """What a :class:`StreamNeck` gives to head and losses; J audio windows a clip."""

    visual: Tensor  #: Visual stream (N, J, T', D).
    audio: Tensor  #: Audio stream (N, J, T', D).
    similarity: Tensor | None = None  #: See :meth:`StreamNeck.contrast`.
    #: Weights of AGA (N, J, T', H', W'), mean over its heads; None where there is no AGA.
    sound_map: Tensor | None = None


def attend(
    attention: nn.MultiheadAttention, queries: Tensor, tokens: Tensor
) -> tuple[Tensor, Tensor]:
    """Queries (..., D) and tokens (..., K, D) -> (..., D) and weights (..., K)."""
    tokens = tokens.flatten(0, -3)
    values, weights = attention(queries.flatten(0, -2)[:, None], tokens, tokens)
    return values.view_as(queries), weights.reshape(*queries.shape[:-1], -1)


class TemporalSelfAttention(nn.Module):
    """Self-attention (SA) of a stream over its time steps, then a feed-forward layer (pre-norm)."""

    def __init__(self, dims: int, num_heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dims)
        self.attention = nn.MultiheadAttention(dims, num_heads, batch_first=True)
        self.ffn = nn.Sequential(
            nn.LayerNorm(dims), nn.Linear(dims, 2 * dims), nn.GELU(), nn.Linear(2 * dims, dims)
        )

    def forward(self, stream: Tensor, code: Tensor) -> Tensor:
        """(N, J, T, D) and the code of the T times (T, D) -> (N, J, T, D)."""
        x = stream.flatten(0, 1)
        normed = self.norm(x)
        x = x + self.attention(normed + code, normed + code, normed)[0]
        return (x + self.ffn(x)).view_as(stream)


class CoAttentionBlock(nn.Module):
    """Cross-modal attention, then SA. The first AGA replaces the visual stream; all others add."""

    def __init__(self, module: str, dims: int, num_heads: int, sa: bool, is_first: bool) -> None:
        super().__init__()
        self.is_first = is_first
        self.aga, self.vga = (
            nn.MultiheadAttention(dims, num_heads, batch_first=True) if module != other else None
            for other in ('VGA', 'AGA')
        )
        self.visual_sa = TemporalSelfAttention(dims, num_heads) if sa and self.aga else None
        self.audio_sa = TemporalSelfAttention(dims, num_heads) if sa and self.vga else None

    def forward(
        self, visual: Tensor, audio: Tensor, visual_tokens: Tensor, audio_tokens: Tensor, code
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Streams (N, J, T, D) and tokens (N, J, T, P, D), (N, J, T, L, D) -> streams, weights."""
        seen, heard, weights = visual, audio, None
        if self.aga is not None:
            seen, weights = attend(self.aga, audio, visual_tokens)
            seen = seen if self.is_first else visual + seen
        if self.vga is not None:
            heard = audio + attend(self.vga, visual, audio_tokens)[0]
        if self.visual_sa is not None:
            seen = self.visual_sa(seen, code)
        if self.audio_sa is not None:
            heard = self.audio_sa(heard, code)
        return seen, heard, weights


@MODELS.register_module()
class DotProductNeck(StreamNeck):
    """Dot-product co-attention within each time step (Cheng et al., ACM MM 2020).

    Audio-guided attention (AGA) queries the locations of a step with its audio, visual-guided
    attention (VGA) the bands of a step with its video, CMA does both.

    Args:
        in_channels (tuple[int, int]): Channels of the visual and the audio tower.
        embed_dims (int): Channels D of tokens and streams; even.
        module (str): ``'AGA'``, ``'VGA'`` or ``'CMA'``.
        self_attention (bool): Whether self-attention (SA) over time follows.
        depth (int): Blocks in cascade.
        num_heads (int): Attention heads; must divide ``embed_dims``.

    Raises:
        ConfigError: If a setting is not one of those above.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int = 64,
        module: str = 'CMA',
        self_attention: bool = True,
        depth: int = 1,
        num_heads: int = 4,
    ) -> None:
        if module not in MODULES:
            raise ConfigError(f'neck: module={module!r} is not one of {MODULES}.')
        if depth < 1 or embed_dims % 2:
            raise ConfigError(
                f'neck: depth={depth} must be at least 1 and embed_dims={embed_dims} even.'
            )
        if embed_dims % num_heads:
            raise ConfigError(
                f'neck: num_heads={num_heads} does not divide embed_dims={embed_dims}.'
            )
        super().__init__(in_channels, embed_dims)
        self.visual_query_norm = nn.LayerNorm(embed_dims)
        self.audio_query_norm = nn.LayerNorm(embed_dims)
        self.blocks = nn.ModuleList(
            CoAttentionBlock(module, embed_dims, num_heads, self_attention, index == 0)
            for index in range(depth)
        )

    def forward(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> StreamFeatures:
        """Attend; arguments as in :meth:`CoAttentionNeck.forward`."""
        visual_tokens = self.visual_tokens(visual)
        audio_tokens = take_steps(self.audio_tokens(audio), audio_times, window_times)
        similarity = self.contrast(visual_tokens, audio_tokens)
        code = self.position_code(window_times).to(visual_tokens.dtype)
        v = self.visual_query_norm(self.start_stream(visual_tokens, self.visual_start))
        a = self.audio_query_norm(self.start_stream(audio_tokens, self.audio_start))
        v = v[:, None].expand_as(a)  # the same for all J windows
        visual_tokens = visual_tokens[:, None].expand(-1, a.shape[1], -1, -1, -1)
        for block in self.blocks:
            v, a, weights = block(v, a, visual_tokens, audio_tokens, code)
        sound_map = None if weights is None else weights.unflatten(-1, visual.shape[-2:])
        return StreamFeatures(v, a, similarity, sound_map)

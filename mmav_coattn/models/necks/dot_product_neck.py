"""Co-attention of "Look, Listen, and Attend" in its literal form, for the comparison."""

from __future__ import annotations

from typing import NamedTuple

from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

from .match import MODULES
from .token_neck import StreamNeck


class StreamFeatures(NamedTuple):
    """What a :class:`StreamNeck` gives to head and losses; J audio windows a clip.

    Attributes:
        visual (Tensor): Visual stream (N, J, T', D).
        audio (Tensor): Audio stream (N, J, T', D).
        similarity (Tensor | None): Of the in-sync pairs (N, 1, P, 1, T', T'), for
            :class:`TimeContrastLoss`; None in evaluation.
        attention (Tensor | None): Weights of AGA (N, J, T', H', W'), mean over its heads; None
            where there is no AGA.
    """

    visual: Tensor
    audio: Tensor
    similarity: Tensor | None = None
    attention: Tensor | None = None

    @property
    def sound_map(self) -> Tensor | None:
        """Where each window attends to; the weights of AGA."""
        return self.attention


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017, section 3.2) that gives its weights.

    Args:
        dims (int): Channels D of queries, keys, values and output.
        num_heads (int): Heads; must divide ``dims``.
    """

    def __init__(self, dims: int, num_heads: int) -> None:
        super().__init__()
        if dims % num_heads:
            raise ConfigError(f'neck: num_heads={num_heads} does not divide embed_dims={dims}.')
        self.num_heads = num_heads
        self.query, self.key, self.value, self.out = (nn.Linear(dims, dims) for _ in range(4))

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """(B, Lq, D), (B, Lk, D), (B, Lk, D) -> (B, Lq, D) and weights (B, heads, Lq, Lk)."""
        q, k, v = (
            proj(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for proj, x in ((self.query, queries), (self.key, keys), (self.value, values))
        )
        weights = (q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(dim=-1)
        return self.out((weights @ v).transpose(1, 2).flatten(2)), weights


class TemporalSelfAttention(nn.Module):
    """Self-attention (SA) of one stream over its time steps, then a feed-forward layer (pre-norm).

    Args:
        dims (int): Channels D.
        num_heads (int): Attention heads.
    """

    def __init__(self, dims: int, num_heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dims)
        self.attention = MultiHeadAttention(dims, num_heads)
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
    """Cross-modal attention within each time step, then self-attention over time.

    Both directions start from the streams as they came in. With AGA alone the audio stream passes
    unchanged, with VGA alone the visual one. The first AGA replaces the visual stream, so that the
    audio chooses what is seen; later ones, and VGA, add to their stream.
    """

    def __init__(self, module: str, dims: int, num_heads: int, sa: bool, is_first: bool) -> None:
        super().__init__()
        self.is_first = is_first
        self.aga = MultiHeadAttention(dims, num_heads) if module in ('AGA', 'CMA') else None
        self.vga = MultiHeadAttention(dims, num_heads) if module in ('VGA', 'CMA') else None
        self.visual_sa = TemporalSelfAttention(dims, num_heads) if sa and self.aga else None
        self.audio_sa = TemporalSelfAttention(dims, num_heads) if sa and self.vga else None

    def forward(
        self, visual: Tensor, audio: Tensor, visual_tokens: Tensor, audio_tokens: Tensor, code
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Streams (N, J, T, D) and tokens (N, T, P, D), (N, J, T, L, D) -> streams, weights."""
        new_visual, new_audio, weights = visual, audio, None
        if self.aga is not None:
            tokens = visual_tokens.flatten(0, 1)  # (N*T, P, D), shared by the J windows
            seen, weights = self.aga(audio.transpose(1, 2).flatten(0, 1), tokens, tokens)
            seen = seen.unflatten(0, visual_tokens.shape[:2]).transpose(1, 2)
            weights = weights.mean(dim=1).unflatten(0, visual_tokens.shape[:2]).transpose(1, 2)
            new_visual = seen if self.is_first else visual + seen
        if self.vga is not None:
            tokens = audio_tokens.flatten(0, 2)  # (N*J*T, L, D)
            heard, _ = self.vga(visual.flatten(0, 2)[:, None], tokens, tokens)
            new_audio = audio + heard.view_as(audio)
        if self.visual_sa is not None:
            new_visual = self.visual_sa(new_visual, code)
        if self.audio_sa is not None:
            new_audio = self.audio_sa(new_audio, code)
        return new_visual, new_audio, weights


@MODELS.register_module()
class DotProductNeck(StreamNeck):
    """Dot-product co-attention within each time step (Cheng et al., ACM MM 2020).

    Audio-guided attention (AGA) queries the locations of a step with its audio, visual-guided
    attention (VGA) the bands of a step with its video, CMA does both; self-attention (SA) over time
    follows. Blocks can be cascaded.

    Args:
        in_channels (tuple[int, int]): Channels of the visual and the audio tower.
        embed_dims (int): Channels D of tokens and streams; even.
        module (str): ``'AGA'``, ``'VGA'`` or ``'CMA'``.
        self_attention (bool): Whether SA follows.
        depth (int): Blocks in cascade.
        num_heads (int): Attention heads; must divide ``embed_dims``.
        centre_time (bool): See :class:`TokenNeck`.
        init_cfg (dict, optional): Initialisation.

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
        centre_time: bool = True,
        init_cfg: dict | None = None,
    ) -> None:
        if module not in MODULES:
            raise ConfigError(f'neck: module={module!r} is not one of {MODULES}.')
        if depth < 1 or embed_dims % 2:
            raise ConfigError(
                f'neck: depth={depth} must be at least 1 and embed_dims={embed_dims} even.'
            )
        super().__init__(in_channels, embed_dims, centre_time, init_cfg=init_cfg)
        self.visual_query_norm = nn.LayerNorm(embed_dims)
        self.audio_query_norm = nn.LayerNorm(embed_dims)
        self.blocks = nn.ModuleList(
            [
                CoAttentionBlock(module, embed_dims, num_heads, self_attention, index == 0)
                for index in range(depth)
            ]
        )

    def forward(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> StreamFeatures:
        """Attend; arguments as in :meth:`CoAttentionNeck.forward`."""
        visual_tokens = self.visual_tokens(visual)
        audio_tokens = self.window_tokens(audio, audio_times, window_times)
        code = self.position_code(window_times).to(visual_tokens.dtype)
        visual_stream = self.visual_query_norm(self.start_stream(visual_tokens, self.visual_start))
        audio_stream = self.audio_query_norm(self.start_stream(audio_tokens, self.audio_start))
        visual_stream = visual_stream[:, None].expand_as(audio_stream)
        weights = None
        for block in self.blocks:
            visual_stream, audio_stream, weights = block(
                visual_stream, audio_stream, visual_tokens, audio_tokens, code
            )
        if weights is not None:
            weights = weights.unflatten(-1, visual.shape[-2:])
        similarity = self.contrast(visual_tokens, audio_tokens)
        return StreamFeatures(visual_stream, audio_stream, similarity, weights)

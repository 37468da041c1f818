"""The neck without attention: the locations of the video are pooled, whatever the audio."""

from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .dot_product_neck import StreamFeatures, TemporalSelfAttention
from .token_neck import StreamNeck, over_time


@MODELS.register_module()
class PoolingNeck(StreamNeck):
    """Baseline: all of :class:`DotProductNeck` but the cross-modal attention.

    Average pooling is what two-stream nets end with (He et al., CVPR 2016); maximum pooling over
    locations is how L3-Net (Arandjelovic & Zisserman, ICCV 2017) lets one location speak for the
    frame.

    Args:
        pool (str): ``'max'`` or ``'avg'``, over locations.
        self_attention (bool): Whether self-attention over time follows, one layer a modality.
        in_channels, embed_dims, num_heads, centre_time: See :class:`DotProductNeck`.

    Raises:
        ConfigError: If ``pool`` is unknown.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int = 64,
        pool: str = 'max',
        self_attention: bool = True,
        num_heads: int = 4,
        centre_time: bool = True,
    ) -> None:
        if pool not in ('max', 'avg'):
            raise ConfigError(f"neck: pool={pool!r} must be 'max' or 'avg'.")
        super().__init__(in_channels, embed_dims, centre_time, visual_inputs=1)
        self.pool = pool
        self.visual_sa, self.audio_sa = (
            TemporalSelfAttention(embed_dims, num_heads) if self_attention else None
            for _ in range(2)
        )

    def forward(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> StreamFeatures:
        """Pool; arguments as in :meth:`CoAttentionNeck.forward`."""
        visual_tokens = self.visual_tokens(visual)
        audio_tokens = self.window_tokens(audio, audio_times, window_times)
        pooled = visual_tokens.amax(dim=2) if self.pool == 'max' else visual_tokens.mean(dim=2)
        visual_stream = over_time(pooled, self.visual_start)[:, None]  # (N, 1, T', D)
        audio_stream = self.start_stream(audio_tokens, self.audio_start)
        if self.visual_sa is not None:
            code = self.position_code(window_times).to(visual_tokens.dtype)
            visual_stream = self.visual_sa(visual_stream, code)
            audio_stream = self.audio_sa(audio_stream, code)
        similarity = self.contrast(visual_tokens, audio_tokens)
        return StreamFeatures(visual_stream.expand_as(audio_stream), audio_stream, similarity)

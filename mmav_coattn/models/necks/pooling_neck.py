"""The neck without attention: the locations of the video are pooled, whatever the audio."""

from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .dot_product_neck import StreamFeatures, TemporalSelfAttention
from .token_neck import StreamNeck, over_time, take_steps

NUM_HEADS = 4  # of the self-attention


@MODELS.register_module()
class PoolingNeck(StreamNeck):
    """Baseline: all of :class:`DotProductNeck` but the cross-modal attention.

    Average pooling is what residual nets end with (He et al., CVPR 2016), maximum pooling over
    locations how L3-Net lets one speak for the frame (Arandjelovic & Zisserman, ICCV 2017).

    Args:
        in_channels, embed_dims: See :class:`DotProductNeck`.
        pool (str): ``'max'`` or ``'avg'``, over locations.
        self_attention (bool): Whether self-attention over time follows, one layer a modality.

    Raises:
        ConfigError: If ``pool`` is unknown, or the heads do not divide ``embed_dims``.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int = 64,
        pool: str = 'max',
        self_attention: bool = True,
    ) -> None:
        if pool not in ('max', 'avg'):
            raise ConfigError(f"neck: pool={pool!r} must be 'max' or 'avg'.")
        if self_attention and embed_dims % NUM_HEADS:
            raise ConfigError(
                f'neck: embed_dims={embed_dims} is no multiple of {NUM_HEADS}, the number of heads.'
            )
        super().__init__(in_channels, embed_dims, visual_inputs=1)
        self.pool = pool
        self.visual_sa, self.audio_sa = (
            TemporalSelfAttention(embed_dims, NUM_HEADS) if self_attention else None
            for _ in range(2)
        )

    def forward(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> StreamFeatures:
        """Pool; arguments as in :meth:`CoAttentionNeck.forward`."""
        visual_tokens = self.visual_tokens(visual)
        audio_tokens = take_steps(self.audio_tokens(audio), audio_times, window_times)
        pooled = visual_tokens.amax(dim=2) if self.pool == 'max' else visual_tokens.mean(dim=2)
        v = over_time(pooled, self.visual_start)[:, None]  # (N, 1, T', D)
        a = self.start_stream(audio_tokens, self.audio_start)
        if self.visual_sa is not None:
            code = self.position_code(window_times).to(v.dtype)
            v, a = self.visual_sa(v, code), self.audio_sa(a, code)
        return StreamFeatures(v.expand_as(a), a, self.contrast(visual_tokens, audio_tokens))

"""The neck without attention: the places of the picture are pooled, whatever the sound."""

from __future__ import annotations

from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import VisualFeatures

from .co_attention_neck import CoAttentionFeatures
from .guided_attention import TemporalSelfAttention
from .time_alignment import time_code
from .token_neck import TokenNeck, over_time


@MODELS.register_module()
class PoolingNeck(TokenNeck):
    """Baseline of :class:`CoAttentionNeck`: all of it but the cross-modal attention.

    Average pooling is what two-stream nets end with (He et al., CVPR 2016); maximum pooling over
    places is how L3-Net (Arandjelovic & Zisserman, ICCV 2017) lets one place speak for the picture.
    Tokens, streams, self-attention over time and head are those of the co-attention network, so
    what differs between the two is whether the sound chooses the place.

    Args:
        in_channels (tuple[int, int]): Channels of the visual and the audio tower.
        embed_dims (int): Channels D of tokens and streams; even.
        pool (str): ``'max'`` or ``'avg'``, over the places of the picture.
        self_attention (bool): Whether self-attention (SA) over time follows, one layer a modality.
        num_heads (int): Its heads; must divide ``embed_dims``.
        query_kernel (int): Length of the convolutions over time; odd.
        centre_time (bool): See :class:`CoAttentionNeck`.
        norm (str): See :class:`CoAttentionNeck`.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If a setting is not one of those above.
    """

    POOLS = ('max', 'avg')

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int = 256,
        pool: str = 'max',
        self_attention: bool = True,
        num_heads: int = 4,
        query_kernel: int = 5,
        centre_time: bool = True,
        norm: str = 'batch',
        init_cfg: dict | None = None,
    ) -> None:
        if pool not in self.POOLS:
            raise ConfigError(f'neck: pool={pool!r} is not one of {self.POOLS}.')
        super().__init__(in_channels, embed_dims, query_kernel, centre_time, init_cfg, 1, norm)
        self.pool = pool
        self.visual_sa = self.audio_sa = None
        if self_attention:
            self.visual_sa = TemporalSelfAttention(embed_dims, num_heads)
            self.audio_sa = TemporalSelfAttention(embed_dims, num_heads)

    def forward(
        self,
        visual: VisualFeatures,
        audio: Tensor,
        visual_times: Tensor,
        audio_times: Tensor,
        return_attention: bool = False,
    ) -> CoAttentionFeatures:
        """Pool; arguments and result as in :meth:`CoAttentionNeck.forward`, but without a map."""
        visual_tokens, audio_tokens = self.make_tokens(visual, audio, visual_times, audio_times)
        pooled = visual_tokens.amax(dim=2) if self.pool == 'max' else visual_tokens.mean(dim=2)
        visual_stream = over_time(pooled, self.visual_start)[:, None]  # (N, 1, T', D)
        audio_stream = self.start_stream(audio_tokens, self.audio_start)
        if self.visual_sa is not None:
            code = time_code(visual_times, self.embed_dims).to(visual_tokens.dtype)
            visual_stream = self.visual_sa(visual_stream, code)
            audio_stream = self.audio_sa(audio_stream, code)
        visual_stream = visual_stream.expand_as(audio_stream)
        return CoAttentionFeatures(audio_stream, visual_stream, None, visual_tokens, audio_tokens)

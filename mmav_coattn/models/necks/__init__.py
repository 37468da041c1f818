"""Where the two modalities meet."""

from .co_attention_neck import CoAttentionNeck
from .pooling_neck import PoolingNeck

__all__ = ['CoAttentionNeck', 'PoolingNeck']

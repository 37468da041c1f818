"""Where the two modalities meet."""

from .co_attention_neck import CoAttentionNeck, MatchFeatures
from .dot_product_neck import DotProductNeck, StreamFeatures
from .pooling_neck import PoolingNeck

__all__ = ['CoAttentionNeck', 'DotProductNeck', 'MatchFeatures', 'PoolingNeck', 'StreamFeatures']

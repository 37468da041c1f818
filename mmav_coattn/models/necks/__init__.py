"""Where the two modalities meet."""

from .co_attention_neck import CoAttentionNeck

__all__ = ['CoAttentionNeck']

"""Heads."""

from .audio_visual_head import AudioVisualHead
from .concat_head import ConcatHead
from .contrastive_head import ContrastiveHead
from .fused_head import FusedHead
from .pooled_feature_head import PooledFeatureHead
from .segment_head import SegmentHead, deviation_features, segment_features
from .sync_head import SyncHead
from .time_contrast import TimeContrast

__all__ = [
    'AudioVisualHead',
    'ConcatHead',
    'ContrastiveHead',
    'PooledFeatureHead',
    'FusedHead',
    'SegmentHead',
    'SyncHead',
    'TimeContrast',
    'deviation_features',
    'segment_features',
]

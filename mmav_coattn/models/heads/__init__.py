"""Heads."""

from .contrastive_head import ContrastiveHead
from .fused_head import FusedHead
from .match_head import MatchHead
from .segment_head import SegmentHead, segment_features
from .stream_head import ConcatHead, StreamHead

__all__ = [
    'ConcatHead',
    'ContrastiveHead',
    'FusedHead',
    'MatchHead',
    'SegmentHead',
    'StreamHead',
    'segment_features',
]

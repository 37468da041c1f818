"""Heads."""

from .baseline_heads import ConcatHead, ContrastiveHead, FusedHead, StreamHead
from .match_head import MatchHead
from .segment_head import SegmentHead

__all__ = ['ConcatHead', 'ContrastiveHead', 'FusedHead', 'MatchHead', 'SegmentHead', 'StreamHead']

"""Heads."""

from .concat_head import ConcatHead
from .contrastive_head import ContrastiveHead
from .fused_head import FusedHead
from .sync_head import SyncHead
from .time_contrast import TimeContrast

__all__ = ['ConcatHead', 'ContrastiveHead', 'FusedHead', 'SyncHead', 'TimeContrast']

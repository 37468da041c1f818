"""Heads."""

from .sync_head import SyncHead
from .time_contrast import TimeContrast

__all__ = ['SyncHead', 'TimeContrast']

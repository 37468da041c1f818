"""Heads."""

from .sync_head import SyncHead

__all__ = ['SyncHead']

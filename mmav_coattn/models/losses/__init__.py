"""Losses of the pretext; they take what neck and head give."""

from .mask_loss import MaskLoss
from .sync_loss import SyncLoss, balanced_weights
from .time_contrast_loss import TimeContrastLoss

__all__ = ['MaskLoss', 'SyncLoss', 'TimeContrastLoss', 'balanced_weights']

"""Thin mmengine wrappers around :mod:`mmav_coattn.evaluation.functional`."""

from .offset_metric import OffsetMetric
from .sync_metric import SyncMetric

__all__ = ['OffsetMetric', 'SyncMetric']

"""Thin mmengine wrappers around :mod:`mmav_coattn.evaluation.functional`."""

from .sync_metric import SyncMetric

__all__ = ['SyncMetric']

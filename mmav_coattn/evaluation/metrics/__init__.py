"""Thin mmengine wrappers around :mod:`mmav_coattn.evaluation.functional`."""

from .offset_metric import OffsetMetric
from .sound_localization_metric import SoundLocalizationMetric
from .source_separation_metric import SourceSeparationMetric
from .sync_metric import SyncMetric

__all__ = ['OffsetMetric', 'SoundLocalizationMetric', 'SourceSeparationMetric', 'SyncMetric']

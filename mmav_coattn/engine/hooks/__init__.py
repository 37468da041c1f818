"""Hooks: registered into ``mmaction.registry.HOOKS``."""

from .attention_visualization_hook import AttentionVisualizationHook
from .checkpoint_guard_hook import CheckpointGuardHook
from .data_root_guard_hook import DataRootGuardHook
from .throughput_hook import ThroughputHook
from .unusable_media_hook import UnusableMediaReportHook

__all__ = [
    'AttentionVisualizationHook',
    'CheckpointGuardHook',
    'DataRootGuardHook',
    'ThroughputHook',
    'UnusableMediaReportHook',
]

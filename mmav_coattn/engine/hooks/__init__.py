"""Hooks: registered into ``mmaction.registry.HOOKS``."""

from .attention_visualization_hook import AttentionVisualizationHook
from .chance_level_hook import ChanceLevelHook
from .checkpoint_guard_hook import CheckpointGuardHook
from .data_root_guard_hook import DataRootGuardHook
from .exact_resume_hook import ExactResumeHook
from .non_finite_loss_hook import NonFiniteLossHook
from .unusable_media_hook import UnusableMediaReportHook

__all__ = [
    'AttentionVisualizationHook',
    'ChanceLevelHook',
    'CheckpointGuardHook',
    'DataRootGuardHook',
    'ExactResumeHook',
    'NonFiniteLossHook',
    'UnusableMediaReportHook',
]

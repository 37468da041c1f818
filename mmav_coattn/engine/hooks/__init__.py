"""Hooks: registered into ``mmaction.registry.HOOKS``."""

from .attention_visualization_hook import AttentionVisualizationHook
from .data_root_guard_hook import DataRootGuardHook
from .exact_resume_hook import ExactResumeHook
from .non_finite_loss_hook import NonFiniteLossHook
from .unusable_media_hook import UnusableMediaReportHook

__all__ = [
    'AttentionVisualizationHook',
    'DataRootGuardHook',
    'ExactResumeHook',
    'NonFiniteLossHook',
    'UnusableMediaReportHook',
]

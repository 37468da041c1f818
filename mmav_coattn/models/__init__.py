"""Data preprocessor, towers, neck, head, losses and recognizer, in ``mmaction.registry``."""

from . import backbones, data_preprocessors, heads, losses, maps, necks, recognizers
from .cross_process_batch_norm import CPUDistributedDataParallel
from .recognizers import AudioVisualRecognizer

__all__ = [
    'AudioVisualRecognizer',
    'CPUDistributedDataParallel',
    'backbones',
    'data_preprocessors',
    'heads',
    'losses',
    'maps',
    'necks',
    'recognizers',
]

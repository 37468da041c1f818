"""Data preprocessor, towers, neck, head, losses and recognizer, in ``mmaction.registry``."""

from . import backbones, data_preprocessors, heads, losses, maps, necks, recognizers
from .recognizers import AudioVisualRecognizer

__all__ = [
    'AudioVisualRecognizer',
    'backbones',
    'data_preprocessors',
    'heads',
    'losses',
    'maps',
    'necks',
    'recognizers',
]

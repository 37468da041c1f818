"""Data preprocessor, towers, neck, head and recognizer, registered in ``mmaction.registry``."""

from .backbones import AudioResNet, AudioVisualBackbone
from .data_preprocessors import AudioVisualDataPreprocessor, LogMelSpectrogram
from .heads import SyncHead, TimeContrast
from .necks import CoAttentionNeck
from .recognizers import AudioVisualRecognizer

__all__ = [
    'AudioResNet',
    'AudioVisualBackbone',
    'AudioVisualDataPreprocessor',
    'AudioVisualRecognizer',
    'CoAttentionNeck',
    'LogMelSpectrogram',
    'SyncHead',
    'TimeContrast',
]

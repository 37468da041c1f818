"""Data preprocessor, towers, neck, head and recognizer, registered in ``mmaction.registry``."""

from .backbones import AudioResNet, AudioVisualBackbone
from .cross_process_batch_norm import CPUDistributedDataParallel
from .data_preprocessors import AudioVisualDataPreprocessor, LogMelSpectrogram
from .heads import SyncHead, TimeContrast
from .necks import CoAttentionNeck
from .recognizers import AudioVisualRecognizer

__all__ = [
    'AudioResNet',
    'AudioVisualBackbone',
    'AudioVisualDataPreprocessor',
    'AudioVisualRecognizer',
    'CPUDistributedDataParallel',
    'CoAttentionNeck',
    'LogMelSpectrogram',
    'SyncHead',
    'TimeContrast',
]

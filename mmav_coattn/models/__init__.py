"""Data preprocessor, towers, neck, head and recognizer, registered in ``mmaction.registry``."""

from .backbones import AudioResNet, AudioVisualBackbone, EarlyFusionNet
from .cross_process_batch_norm import CPUDistributedDataParallel
from .data_preprocessors import (
    AudioVisualDataPreprocessor,
    LogMelSpectrogram,
    WaveformDataPreprocessor,
)
from .heads import ConcatHead, ContrastiveHead, FusedHead, SyncHead, TimeContrast
from .necks import CoAttentionNeck, PoolingNeck
from .recognizers import AudioVisualRecognizer, EarlyFusionRecognizer

__all__ = [
    'AudioResNet',
    'AudioVisualBackbone',
    'AudioVisualDataPreprocessor',
    'AudioVisualRecognizer',
    'CPUDistributedDataParallel',
    'CoAttentionNeck',
    'ConcatHead',
    'ContrastiveHead',
    'EarlyFusionNet',
    'EarlyFusionRecognizer',
    'FusedHead',
    'LogMelSpectrogram',
    'PoolingNeck',
    'SyncHead',
    'TimeContrast',
    'WaveformDataPreprocessor',
]

"""Data preprocessor, towers, neck, head and recognizer, registered in ``mmaction.registry``."""

from .backbones import AudioResNet, AudioVisualBackbone, EarlyFusionNet
from .cross_process_batch_norm import CPUDistributedDataParallel
from .data_preprocessors import (
    AudioVisualDataPreprocessor,
    LogMelSpectrogram,
    MotionDataPreprocessor,
    WaveformDataPreprocessor,
)
from .heads import (
    AudioVisualHead,
    ConcatHead,
    ContrastiveHead,
    FusedHead,
    PooledFeatureHead,
    SegmentHead,
    SyncHead,
    TimeContrast,
)
from .necks import CoAttentionNeck, PoolingNeck
from .recognizers import (
    AudioVisualClassifier,
    AudioVisualRecognizer,
    ClassifierDataPreprocessor,
    EarlyFusionRecognizer,
)

__all__ = [
    'AudioResNet',
    'AudioVisualBackbone',
    'AudioVisualClassifier',
    'AudioVisualDataPreprocessor',
    'AudioVisualHead',
    'AudioVisualRecognizer',
    'CPUDistributedDataParallel',
    'ClassifierDataPreprocessor',
    'CoAttentionNeck',
    'ConcatHead',
    'ContrastiveHead',
    'EarlyFusionNet',
    'EarlyFusionRecognizer',
    'PooledFeatureHead',
    'FusedHead',
    'LogMelSpectrogram',
    'MotionDataPreprocessor',
    'PoolingNeck',
    'SegmentHead',
    'SyncHead',
    'TimeContrast',
    'WaveformDataPreprocessor',
]

"""From uint8 frames and waveforms to the towers' inputs, on the device."""

from .audio_visual_data_preprocessor import AudioVisualDataPreprocessor
from .log_mel import LogMelSpectrogram
from .motion_data_preprocessor import MotionDataPreprocessor

__all__ = ['AudioVisualDataPreprocessor', 'LogMelSpectrogram', 'MotionDataPreprocessor']

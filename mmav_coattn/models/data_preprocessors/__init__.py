"""From uint8 frames and waveforms to the towers' inputs, on the device."""

from .audio_visual_data_preprocessor import AudioVisualDataPreprocessor
from .log_mel import LogMelSpectrogram
from .motion_data_preprocessor import MotionDataPreprocessor
from .waveform_data_preprocessor import WaveformDataPreprocessor

__all__ = [
    'AudioVisualDataPreprocessor',
    'LogMelSpectrogram',
    'MotionDataPreprocessor',
    'WaveformDataPreprocessor',
]

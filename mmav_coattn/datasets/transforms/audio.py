"""Waveform of the audio segment."""

from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import SilentAudioError

from .base import Transform, require_positive


def level_dbfs(waves: np.ndarray) -> np.ndarray:
    """Level of waveforms ``(..., S)`` in dB of full scale: ``20 log10(RMS)``; silence is -inf."""
    rms = np.sqrt(np.mean(np.square(waves, dtype=np.float64), axis=-1))
    with np.errstate(divide='ignore'):
        return 20 * np.log10(rms)


@TRANSFORMS.register_module()
@dataclass(eq=False)
class LoadAudio(Transform):
    """Read the waveform of the audio segment.

    A sample is silent if its whole segment is. A rule that looked at the in-sync window alone would
    leave only out-of-sync windows silent, and give the answer away.

    Required Keys: media, audio_start, audio_seconds; silent_kind (optional), ``'extended'`` where
    silence is what the test set wants.

    Added Keys: audio (np.ndarray), ``(round(audio_seconds * sample_rate),)`` float32, mono;
    sample_rate (int), Hz.

    Raises:
        SilentAudioError: If the segment does not reach the level.
        UnreadableMediaError: If the audio cannot be decoded, or has a hole in the segment.
    """

    sample_rate: int = 16000  #: of the waveform, Hz
    #: dB of full scale (RMS) that the segment must exceed; None refuses digital silence only
    min_level: float | None = -70.0

    def __post_init__(self) -> None:
        require_positive(self, 'sample_rate')

    def transform(self, results: dict) -> dict:
        media, start, seconds = (results[k] for k in ('media', 'audio_start', 'audio_seconds'))
        audio = media.read_audio(start, seconds, self.sample_rate)
        level = float(level_dbfs(audio))
        lowest = -np.inf if self.min_level is None else self.min_level
        if level <= lowest and results.get('silent_kind') != 'extended':
            told = 'digital silence' if np.isinf(level) else f'{level:.1f} dBFS'
            raise SilentAudioError(
                media.path, f'is silent from {start:.3f} to {start + seconds:.3f} s ({told})'
            )
        return results | dict(audio=audio, sample_rate=self.sample_rate)

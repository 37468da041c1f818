"""Waveforms of all windows."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmav_coattn.errors import ConfigError, SilentAudioError


def level_dbfs(waves: np.ndarray) -> np.ndarray:
    """Level of waveforms ``(..., S)`` in dB of full scale: ``20 log10(RMS)``; silence is -inf."""
    rms = np.sqrt(np.mean(np.square(waves, dtype=np.float64), axis=-1))
    with np.errstate(divide='ignore'):
        return 20 * np.log10(rms)


@TRANSFORMS.register_module()
class LoadAudioWindows(BaseTransform):
    """Read the waveforms of the in-sync window and of the out-of-sync ones.

    A sample is silent if its *loudest* window is. The rule must treat all windows alike: a rule
    that looked at the in-sync window alone would leave only out-of-sync windows silent, and give
    the answer away.

    Required Keys:

    - media
    - window_starts
    - clip_seconds
    - silent_kind (optional): ``'extended'`` where silence is what the test set wants.

    Added Keys:

    - audios (np.ndarray): ``(1 + K, round(clip_seconds * sample_rate))`` float32, mono.
    - sample_rate (int): Hz.

    Args:
        sample_rate (int): Rate of the waveforms in Hz. Defaults to 16000.
        min_level (float, optional): Level in dB of full scale (RMS) that the loudest window must
            exceed. Defaults to -70. None refuses digital silence only.

    Raises:
        ConfigError: If ``sample_rate`` is below 1 or ``min_level`` above 0.
        SilentAudioError: If no window reaches the level.
        UnreadableMediaError: If the sound cannot be decoded, or has a hole in a window.
    """

    def __init__(self, sample_rate: int = 16000, min_level: float | None = -70.0) -> None:
        if sample_rate < 1:
            raise ConfigError(f'sample_rate={sample_rate} must be 1 Hz or more.')
        if min_level is not None and min_level > 0:
            raise ConfigError(f'min_level={min_level} is in dB of full scale: it must be below 0.')
        self.sample_rate = sample_rate
        self.min_level = min_level

    def transform(self, results: dict) -> dict:
        """Read the windows and refuse silence."""
        media, starts = results['media'], results['window_starts']
        audios = media.read_audio_windows(starts, results['clip_seconds'], self.sample_rate)
        loudest = float(level_dbfs(audios).max())
        floor = -np.inf if self.min_level is None else self.min_level
        if loudest <= floor and results.get('silent_kind') != 'extended':
            end = max(starts) + results['clip_seconds']
            level = 'digital silence' if np.isinf(loudest) else f'{loudest:.1f} dBFS at most'
            raise SilentAudioError(
                media.path, f'is silent from {min(starts):.3f} to {end:.3f} s ({level})'
            )
        results['audios'] = audios
        results['sample_rate'] = self.sample_rate
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(sample_rate={self.sample_rate}, min_level={self.min_level})'

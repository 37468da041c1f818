"""One window in the middle of the file, where public sets took the annotated frame."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError, TooShortError

from .base import Transform


@TRANSFORMS.register_module()
class SampleMiddleWindow(Transform):
    """Choose the window around the middle of the time that has both video and audio.

    Required Keys:

    - media

    Added Keys:

    - window_starts (np.ndarray): ``(1,)`` seconds.
    - shift (np.ndarray): ``(1,)``, 0.
    - clip_seconds (float)
    - audio_start (float), audio_seconds (float): The same window, s.

    Args:
        clip_seconds (float): Length of the window, s.

    Raises:
        ConfigError: If the length is not positive.
        TooShortError: If video and audio overlap for less.
    """

    def __init__(self, clip_seconds: float) -> None:
        if not clip_seconds > 0:
            raise ConfigError(f'clip_seconds={clip_seconds} must be more than 0 seconds.')
        self.clip_seconds = float(clip_seconds)

    def transform(self, results: dict) -> dict:
        """Choose the window."""
        media = results['media']
        begin, end = media.common_span
        if end - begin < self.clip_seconds - 1e-6:
            raise TooShortError(
                media.path,
                f'picture and sound overlap for {max(end - begin, 0):.3f} s, but the window '
                f'needs {self.clip_seconds} s',
            )
        start = max(begin, (begin + end - self.clip_seconds) / 2)
        results['window_starts'] = np.array([start])
        results['shift'] = np.zeros(1)
        results['clip_seconds'] = results['audio_seconds'] = self.clip_seconds
        results['audio_start'] = start
        return results

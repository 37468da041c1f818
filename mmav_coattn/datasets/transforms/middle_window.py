"""One window in the middle of the file, where public sets took the annotated frame."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError, TooShortError

from .base import ROUNDING, Transform, require_overlap


@TRANSFORMS.register_module()
class SampleMiddleWindow(Transform):
    """Choose the window around the middle of the time that has both video and audio.

    Required Keys: media.

    Added Keys:

    - window_starts (np.ndarray): ``(1,)`` seconds.
    - shift (np.ndarray): ``(1,)``, 0.
    - clip_seconds (float)
    - audio_start (float), audio_seconds (float): The same window, s.

    Args:
        clip_seconds (float): Length of the window, s.
        video_only (bool): Around the middle of the video, whether there is audio or not; for
            recognition from video. No ``shift`` and no audio is set then.
        span (tuple[float, float], optional): Of the video only this part, s from its first frame,
            at most to its end. Defaults to None, all of it.

    Raises:
        ConfigError: If a setting is out of range.
        TooShortError: If the file, or the part, is shorter.
    """

    def __init__(
        self, clip_seconds: float, video_only: bool = False, span: tuple | None = None
    ) -> None:
        if not clip_seconds > 0:
            raise ConfigError(f'clip_seconds={clip_seconds} must be more than 0 seconds.')
        if span is not None and not (video_only and 0 <= span[0] < span[1]):
            raise ConfigError(
                f'span={span} must be two rising times in seconds from 0 on, with video_only=True.'
            )
        self.clip_seconds = float(clip_seconds)
        self.video_only = video_only
        self.span = None if span is None else tuple(span)

    def transform(self, results: dict) -> dict:
        """Choose the window."""
        media = results['media']
        if self.video_only:
            begin, end = self._video_part(media)
        else:
            need = f'but the window needs {self.clip_seconds} s'
            begin, end = require_overlap(media, self.clip_seconds, need)
        start = max(begin, (begin + end - self.clip_seconds) / 2)
        results['window_starts'] = np.array([start])
        results['clip_seconds'] = self.clip_seconds
        if not self.video_only:
            results['shift'] = np.zeros(1)
            results['audio_start'] = start
            results['audio_seconds'] = self.clip_seconds
        return results

    def _video_part(self, media) -> tuple[float, float]:
        begin, end = media.video_span
        if self.span is not None:
            begin, end = begin + self.span[0], min(begin + self.span[1], end)
        if end - begin < self.clip_seconds - ROUNDING:
            part = '' if self.span is None else f' within span={self.span}'
            raise TooShortError(
                media.path,
                f'its video lasts {max(end - begin, 0):.3f} s{part}, but a clip has '
                f'clip_seconds={self.clip_seconds}',
            )
        return begin, end

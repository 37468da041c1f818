"""One window in the middle of the file, where public sets took the annotated frame."""

from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError, TooShortError

from .base import ROUNDING, Transform, require_overlap, require_positive


@TRANSFORMS.register_module()
@dataclass(eq=False)
class SampleMiddleWindow(Transform):
    """Choose the window around the middle of the time that has both video and audio.

    Required Keys: media.
    Added Keys: those of :class:`SampleSyncWindows`, of one window.

    Args:
        clip_seconds (float): Length of the window, s.
        video_only (bool): Around the middle of the video, whether there is audio or not; for
            recognition from video. No ``shift`` and no audio is set then.
        span (tuple[float, float], optional): Of the video only this part, s from its first frame,
            at most to its end. Defaults to None, all of it.

    Raises:
        TooShortError: If the file, or the part, is shorter.
    """

    clip_seconds: float
    video_only: bool = False
    span: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        require_positive(self, 'clip_seconds')
        if self.span is not None and not (self.video_only and 0 <= self.span[0] < self.span[1]):
            raise ConfigError(
                f'span={self.span} must be two rising times in seconds from 0 on, with '
                'video_only=True.'
            )

    def transform(self, results: dict) -> dict:
        """Choose the window."""
        media = results['media']
        if self.video_only:
            begin, end = self._video_part(media)
        else:
            need = f'but the window needs {self.clip_seconds} s'
            begin, end = require_overlap(media, self.clip_seconds, need)
        start = max(begin, (begin + end - self.clip_seconds) / 2)
        results |= dict(window_starts=np.array([start]), clip_seconds=self.clip_seconds)
        if not self.video_only:
            results |= dict(shift=np.zeros(1), audio_start=start, audio_seconds=self.clip_seconds)
        return results

    def _video_part(self, media) -> tuple[float, float]:
        begin, end = media.video_span
        part = ''
        if self.span is not None:
            begin, end = begin + self.span[0], min(begin + self.span[1], end)
            part = f' within span={tuple(self.span)}'
        if end - begin < self.clip_seconds - ROUNDING:
            lasts = f'its video lasts {max(end - begin, 0):.3f} s{part}'
            need = f'but a clip has clip_seconds={self.clip_seconds}'
            raise TooShortError(media.path, f'{lasts}, {need}')
        return begin, end

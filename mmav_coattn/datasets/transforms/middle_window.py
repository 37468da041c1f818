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

    Raises:
        TooShortError: If the file, or the part, is shorter.
    """

    clip_seconds: float  #: length of the window, s
    #: around the middle of the video, whether there is audio or not, for recognition from video; no
    #: ``shift`` and no audio is set then
    video_only: bool = False
    span: tuple[float, float] | None = None  #: of the video only this part, s from its first frame

    def __post_init__(self) -> None:
        require_positive(self, 'clip_seconds')
        if self.span is not None and not (self.video_only and 0 <= self.span[0] < self.span[1]):
            raise ConfigError(
                f'span={self.span} must be two rising times in seconds from 0 on, with '
                'video_only=True.'
            )

    def transform(self, results: dict) -> dict:
        media, seconds, audio = results['media'], self.clip_seconds, {}
        if self.video_only:
            begin, end = self._video_part(media)
        else:
            begin, end = require_overlap(media, seconds, f'but the window needs {seconds} s')
        start = max(begin, (begin + end - seconds) / 2)
        if not self.video_only:
            audio = dict(shift=np.zeros(1), audio_start=start, audio_seconds=seconds)
        return results | dict(window_starts=np.array([start]), clip_seconds=seconds) | audio

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

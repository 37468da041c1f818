"""Clips of the video alone, for recognition: where they lie, parts of them."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError, TooShortError

from .base import Transform

#: Sums of decimal fractions miss by far less than this, s.
_ROUNDING = 1e-6


@TRANSFORMS.register_module()
class SampleVideoClips(Transform):
    """Choose clips of a fixed length in a video, whether it has audio or not.

    Required Keys:

    - media

    Added Keys:

    - window_starts (np.ndarray): ``(num_clips,)`` seconds.
    - clip_seconds (float)

    Args:
        clip_seconds (float): Length of a clip, s.
        num_clips (int): Clips of a video. Defaults to 1.
        span (tuple[float, float], optional): Only this part of the video, s from its first frame.
            An end beyond the last frame means the last frame. Defaults to None, all of it.
        test_mode (bool): Whether the clips are spread evenly from the beginning to the end (one
            clip lies in the middle) instead of drawn at random. Defaults to False.

    Raises:
        ConfigError: If a setting is out of range.
        TooShortError: If the video, or the part, is shorter than a clip.
    """

    def __init__(
        self,
        clip_seconds: float,
        num_clips: int = 1,
        span: tuple[float, float] | None = None,
        test_mode: bool = False,
    ) -> None:
        if not clip_seconds > 0 or num_clips < 1:
            raise ConfigError(
                f'clip_seconds={clip_seconds} must be more than 0 and num_clips={num_clips} 1 or '
                'more.'
            )
        if span is not None and not 0 <= span[0] < span[1]:
            raise ConfigError(f'span={span} must be two rising times in seconds, from 0 on.')
        self.clip_seconds = float(clip_seconds)
        self.num_clips = num_clips
        self.span = None if span is None else tuple(span)
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        """Choose the clips."""
        media = results['media']
        begin, end = media.video_span
        if self.span is not None:
            begin, end = begin + self.span[0], min(begin + self.span[1], end)
        room = end - begin - self.clip_seconds
        if room < -_ROUNDING:
            part = '' if self.span is None else f' within span={self.span}'
            raise TooShortError(
                media.path,
                f'its video lasts {max(end - begin, 0):.3f} s{part}, but a clip has '
                f'clip_seconds={self.clip_seconds}',
            )
        if self.test_mode:
            parts = np.linspace(0, 1, self.num_clips) if self.num_clips > 1 else np.array([0.5])
        else:
            parts = np.random.random(self.num_clips)
        results['window_starts'] = begin + parts * max(room, 0.0)
        results['clip_seconds'] = self.clip_seconds
        return results


@TRANSFORMS.register_module()
class TemporalCrop(Transform):
    """Cut clips of some frames in a row out of a single longer clip.

    Required Keys:

    - imgs, clip_len
    - num_clips: 1.

    Modified Keys:

    - imgs, clip_len, num_clips

    Args:
        num_frames (int): Frames of a clip.
        num_clips (int): Clips to cut; they may overlap. Defaults to 1.
        test_mode (bool): Spread them evenly from the first frame to the last, one clip in the
            middle, instead of at random. Defaults to False.

    Raises:
        ConfigError: If the clip has fewer frames, or there are several clips.
    """

    def __init__(self, num_frames: int, num_clips: int = 1, test_mode: bool = False) -> None:
        self.num_frames = num_frames
        self.num_clips = num_clips
        self.test_mode = test_mode

    def transform(self, results: dict) -> dict:
        """Cut in time."""
        room = results['clip_len'] - self.num_frames
        if room < 0 or results['num_clips'] != 1:
            raise ConfigError(
                f'TemporalCrop: num_frames={self.num_frames} cannot be cut from '
                f'{results["num_clips"]} clips of {results["clip_len"]} frames; it takes one clip '
                'that is as long or longer.'
            )
        if not self.test_mode:
            starts = np.random.randint(room + 1, size=self.num_clips)
        elif self.num_clips > 1:
            starts = np.linspace(0, room, self.num_clips).round().astype(int)
        else:
            starts = [room // 2]
        imgs = results['imgs']
        # Clips that overlap share no memory: Flip changes frames in place.
        results['imgs'] = [
            frame if self.num_clips == 1 else frame.copy()
            for first in starts
            for frame in imgs[first : first + self.num_frames]
        ]
        results['clip_len'] = self.num_frames
        results['num_clips'] = self.num_clips
        return results

"""Clips of the video alone, for recognition: where they lie, their frames, parts of them."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmav_coattn.errors import ConfigError, TooShortError

#: Sums of decimal fractions miss by far less than this, s.
_ROUNDING = 1e-6


@TRANSFORMS.register_module()
class SampleVideoClips(BaseTransform):
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

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(clip_seconds={self.clip_seconds}, num_clips={self.num_clips}, '
            f'span={self.span}, test_mode={self.test_mode})'
        )


@TRANSFORMS.register_module()
class LoadClipFrames(BaseTransform):
    """Read the frames of all clips, each evenly spread over its clip by time.

    As :class:`LoadFrames` does for the one in-sync window.

    Required Keys:

    - media
    - window_starts
    - clip_seconds

    Added Keys:

    - imgs (list[np.ndarray]): ``num_clips * num_frames`` frames ``(H, W, 3)`` uint8, RGB.
    - original_shape, img_shape (tuple[int, int]): Height and width.
    - num_clips (int), clip_len (int): ``num_frames``.
    - modality (str): ``'RGB'``.

    Args:
        num_frames (int): Frames of a clip.
        short_side (int, optional): See :class:`LoadFrames`.

    Raises:
        ConfigError: If ``num_frames`` is below 1.
        UnreadableMediaError: If the frames cannot be decoded.
    """

    def __init__(self, num_frames: int, short_side: int | None = None) -> None:
        if num_frames < 1:
            raise ConfigError(f'num_frames={num_frames} must be 1 or more.')
        self.num_frames = num_frames
        self.short_side = short_side

    def transform(self, results: dict) -> dict:
        """Read the frames, all clips in one pass."""
        offsets = (np.arange(self.num_frames) + 0.5) * results['clip_seconds'] / self.num_frames
        times = np.asarray(results['window_starts'])[:, None] + offsets
        frames = results['media'].read_frames(times.ravel(), short_side=self.short_side)
        results['imgs'] = list(frames)
        results['original_shape'] = results['img_shape'] = frames.shape[1:3]
        results['num_clips'] = len(times)
        results['clip_len'] = self.num_frames
        results['modality'] = 'RGB'
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(num_frames={self.num_frames}, short_side={self.short_side})'


@TRANSFORMS.register_module()
class TemporalCrop(BaseTransform):
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

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(num_frames={self.num_frames}, num_clips={self.num_clips}, '
            f'test_mode={self.test_mode})'
        )

"""Frames of the in-sync window."""

from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS

from .base import Transform, require_positive


@TRANSFORMS.register_module()
@dataclass(eq=False)
class LoadFrames(Transform):
    """Read the frames shown in window 0, evenly spread over it by time.

    Frame ``i`` is the one shown at ``t0 + (i + 0.5) * clip_seconds / num_frames``, so the
    frames keep the clip's time whatever the file's frame rate.

    Required Keys: media, window_starts, clip_seconds.

    Added Keys: imgs (list[np.ndarray]), ``num_frames`` frames ``(H, W, 3)`` uint8, RGB; and what
    mmaction2's transforms need: original_shape, img_shape, num_clips (1), clip_len, modality.

    Raises:
        UnreadableMediaError: If the frames cannot be decoded.
    """

    num_frames: int  #: of a clip
    #: px to scale the shorter side down to while reading, which spares large frames a second pass
    short_side: int | None = None

    def __post_init__(self) -> None:
        require_positive(self, 'num_frames', 'short_side')

    def transform(self, results: dict) -> dict:
        step = results['clip_seconds'] / self.num_frames
        times = results['window_starts'][0] + (np.arange(self.num_frames) + 0.5) * step
        frames = results['media'].read_frames(times, short_side=self.short_side)
        shape = frames.shape[1:3]
        facts = dict(original_shape=shape, img_shape=shape, num_clips=1, modality='RGB')
        return results | facts | dict(imgs=list(frames), clip_len=self.num_frames)

"""Shorter clips out of a longer one."""

from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class TemporalCrop(Transform):
    """Cut clips of some frames in a row out of a single longer clip.

    Required Keys: imgs, clip_len, num_clips (1).
    Modified Keys: imgs, clip_len, num_clips.

    Raises:
        ConfigError: If the clip has fewer frames, or there are several clips.
    """

    num_frames: int  #: of a clip
    num_clips: int = 1  #: to cut; they may overlap
    test_mode: bool = False  #: evenly spread, or one in the middle, instead of at random

    def transform(self, results: dict) -> dict:
        room = results['clip_len'] - self.num_frames
        if room < 0 or results['num_clips'] != 1:
            given = f'{results["num_clips"]} clips of {results["clip_len"]} frames'
            raise ConfigError(
                f'TemporalCrop: num_frames={self.num_frames} cannot be cut from {given}; it takes '
                'one clip that is as long or longer.'
            )
        starts = np.array([room // 2])
        if not self.test_mode:
            starts = np.random.randint(room + 1, size=self.num_clips)
        elif self.num_clips > 1:
            starts = np.linspace(0, room, self.num_clips).round().astype(int)
        imgs = [x for first in starts for x in results['imgs'][first : first + self.num_frames]]
        if self.num_clips > 1:
            # Clips that overlap share no memory: Flip changes frames in place.
            imgs = [frame.copy() for frame in imgs]
        return results | dict(imgs=imgs, clip_len=self.num_frames, num_clips=self.num_clips)

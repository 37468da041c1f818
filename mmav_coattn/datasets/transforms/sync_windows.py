"""Where the windows of one synchronisation sample lie: exchangeable, so that only content tells.

If out-of-sync windows were drawn by rejecting those close to the in-sync one, they would lie at the
ends of the file more often than the in-sync one, and a network could answer from that alone. So all
1 + K windows are drawn together, uniformly over every set whose members are far enough apart, and
put in random order; only then does the first become the in-sync one.
"""

import hashlib
import os
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import ROUNDING, Transform, require_overlap, require_positive


def draw_spaced_slots(num_slots: int, size: int, gap: int, rng: np.random.Generator) -> np.ndarray:
    """Draw slots out of ``num_slots`` in a row, pairwise ``gap`` or more apart: (size,) int64.

    Uniformly over all such sets, and in random order, so that any of them is as likely to be first
    as any other. Taking ``gap - 1`` slots out between neighbours leaves an ordinary choice.

    Raises:
        ValueError: If there is no such set.
    """
    free = num_slots - (size - 1) * (gap - 1)
    chosen = np.sort(rng.choice(max(free, 0), size=size, replace=False))
    return rng.permutation(chosen + np.arange(size) * (gap - 1))


def stable_rng(*parts) -> np.random.Generator:
    """A generator that depends on nothing but the given values, in any process and Python."""
    digest = hashlib.sha256(os.fsencode('\0'.join(map(str, parts)))).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], 'little'))


@TRANSFORMS.register_module()
@dataclass(eq=False)
class SampleSyncWindows(Transform):
    """Draw one audio segment and in it 1 + K windows: the in-sync one and K out-of-sync ones.

    The segment lies at a random time of the file at which there is both video and audio. All
    windows lie inside it on one grid, pairwise at least ``min_shift`` apart (rounded up to the
    grid), uniformly over all such sets, in random order. Window 0 gives the video and the in-sync
    audio, the others the out-of-sync audio. The audio tower runs once over the segment.

    In training the randomness comes from numpy's global state, which mmengine seeds in each
    worker. In test mode it comes from ``seed`` and the file's path within the data root alone, so
    the pairs of a file stay the same whatever the order, the number of workers or the other files.

    Required Keys: media, relpath (in test mode).

    Added Keys:

    - window_starts (np.ndarray): ``(1 + K,)`` seconds.
    - shift (np.ndarray): ``(1 + K,)`` seconds, ``window_starts - window_starts[0]``.
    - clip_seconds (float)
    - audio_start (float): First second of the segment.
    - audio_seconds (float)

    Raises:
        ConfigError: If the segment cannot hold the windows.
        TooShortError: If video and audio of a file overlap for less than the segment.
    """

    clip_seconds: float  #: length of every window, s
    num_negatives: int = 1  #: K, the out-of-sync windows of a sample; 0 draws only the in-sync one
    min_shift: float = 0.4  #: least distance of two windows, s
    #: length of the segment, s; None is ``clip_seconds`` and twice the distance between the first
    #: and the last window at their closest
    audio_seconds: float | None = None
    grid: float = 0.04  #: step of the common grid, s
    #: Whether the segment begins at any time in training. False lets it begin on the grid, counted
    #: from the first moment that has video and audio. Where all files have one frame rate and
    #: ``grid`` is a frame's time, both streams then always meet at the same phase; else their
    #: distance varies by up to one frame.
    random_phase: bool = True
    test_mode: bool = False  #: whether the windows are fixed by ``seed`` and file
    seed: int = 0  #: which pairs, in test mode

    def __post_init__(self) -> None:
        require_positive(self, 'clip_seconds', 'min_shift', 'grid')
        if self.num_negatives < 0:
            raise ConfigError(f'num_negatives={self.num_negatives} must not be negative.')
        self._gap = max(1, ceil(self.min_shift / self.grid - ROUNDING))  # in slots
        spread = self.num_negatives * self._gap * self.grid
        if self.audio_seconds is None:
            self.audio_seconds = self.clip_seconds + 2 * spread
        if self.audio_seconds + ROUNDING < self.clip_seconds + spread:
            windows = f'{1 + self.num_negatives} windows of clip_seconds={self.clip_seconds}'
            apart = f'at least min_shift={self.min_shift} s apart on a grid of {self.grid} s'
            raise ConfigError(
                f'audio_seconds={self.audio_seconds} cannot hold {windows} {apart}: it must be '
                f'{self.clip_seconds + spread:.3f} s or more.'
            )

    def transform(self, results: dict) -> dict:
        need = f'and this recipe takes segments of audio_seconds={self.audio_seconds:.3f}'
        begin, end = require_overlap(results['media'], self.audio_seconds, need)
        spare = max(end - begin - self.audio_seconds, 0.0)
        if self.test_mode:
            rng = stable_rng(self.seed, results['relpath'], 0)
        else:
            rng = np.random.default_rng(np.random.randint(2**32, dtype=np.uint64))
        # Windows first: those of a file that is as long as the segment depend on nothing else.
        num_slots = floor((self.audio_seconds - self.clip_seconds + ROUNDING) / self.grid) + 1
        slots = draw_spaced_slots(num_slots, 1 + self.num_negatives, self._gap, rng)
        if self.random_phase and not self.test_mode:
            start = begin + rng.uniform(0.0, spare)
        else:
            start = begin + rng.integers(floor((spare + ROUNDING) / self.grid) + 1) * self.grid
        starts = start + slots * self.grid
        return results | dict(
            window_starts=starts,
            shift=starts - starts[0],
            clip_seconds=self.clip_seconds,
            audio_start=start,
            audio_seconds=self.audio_seconds,
        )

"""Windows for reading the offset off: one video window, and the audio at every shift."""

from dataclasses import dataclass
from math import floor

import numpy as np
from mmaction.registry import TRANSFORMS

from .base import ROUNDING, Transform, require_overlap, require_positive
from .sync_windows import stable_rng


@TRANSFORMS.register_module()
@dataclass(eq=False)
class SlideSyncWindows(Transform):
    """One window of video, and the audio of every window of the file on one grid.

    Window 0 gives the video and the in-sync audio; the others follow in the order of time. The
    video's position on the grid is drawn from the file's path, uniformly, so a network that always
    prefers one position in the file is right as often as one that guesses.

    Required Keys: media, relpath.
    Added Keys: those of :class:`SampleSyncWindows`; ``(J,)`` windows, all that fit into the file.

    Raises:
        TooShortError: If video and audio of a file overlap for less than two windows.
    """

    clip_seconds: float  #: length of every window, s
    grid: float = 0.04  #: step of the grid, s

    def __post_init__(self) -> None:
        require_positive(self, 'clip_seconds', 'grid')

    def transform(self, results: dict) -> dict:
        seconds = self.clip_seconds + self.grid
        windows = f'sliding a window of clip_seconds={self.clip_seconds} by {self.grid} s'
        need = f'but {windows} needs {seconds:.3f} s'
        begin, end = require_overlap(results['media'], seconds, need)
        slots = floor((end - begin - self.clip_seconds + ROUNDING) / self.grid) + 1
        chosen = int(stable_rng('slide', 0, results['relpath']).integers(slots))
        order = np.concatenate([[chosen], np.delete(np.arange(slots), chosen)])
        return results | dict(
            window_starts=begin + order * self.grid,
            shift=(order - chosen) * self.grid,
            clip_seconds=self.clip_seconds,
            audio_start=begin,
            audio_seconds=self.clip_seconds + (slots - 1) * self.grid,
        )

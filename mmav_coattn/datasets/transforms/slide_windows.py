"""Windows for reading the offset off: one video window, and the audio at every shift."""

from __future__ import annotations

from math import floor

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError, TooShortError

from .base import Transform
from .sync_windows import stable_rng

#: Sums of decimal fractions miss by far less than this, in seconds.
_ROUNDING = 1e-7


@TRANSFORMS.register_module()
class SlideSyncWindows(Transform):
    """One window of video, and the audio of every window of the file on one grid.

    Window 0 gives the video and the in-sync audio; the others follow in the order of time. The
    video's position on the grid is drawn from seed and file, uniformly, so a network that always
    prefers one position in the file is right as often as one that guesses.

    Required Keys:

    - media
    - relpath

    Added Keys:

    - window_starts (np.ndarray): ``(J,)`` seconds, J the windows that fit into the file.
    - shift (np.ndarray): ``(J,)`` seconds, ``window_starts - window_starts[0]``.
    - clip_seconds (float)
    - audio_start (float), audio_seconds (float): What all windows cover, s.

    Args:
        clip_seconds (float): Length of every window, s.
        grid (float): Step of the grid, s. Defaults to 0.04.
        place (float, optional): Position of the video window, 0 (first) to 1 (last), instead of
            one drawn by file. To measure a file by several windows, list the data set several times
            with different positions: :class:`OffsetMetric` joins what belongs to one file.
        seed (int): Which position, where it is drawn. Defaults to 0.

    Raises:
        ConfigError: If a setting is out of range.
        TooShortError: If video and audio of a file overlap for less than two windows.
    """

    def __init__(
        self, clip_seconds: float, grid: float = 0.04, place: float | None = None, seed: int = 0
    ) -> None:
        if not (clip_seconds > 0 and grid > 0):
            raise ConfigError(
                f'clip_seconds={clip_seconds} and grid={grid} must be more than 0 seconds.'
            )
        if place is not None and not 0 <= place <= 1:
            raise ConfigError(f'place={place} must be between 0 and 1.')
        self.clip_seconds = float(clip_seconds)
        self.grid = float(grid)
        self.place = place
        self.seed = seed

    def transform(self, results: dict) -> dict:
        """List the windows."""
        media = results['media']
        begin, end = media.common_span
        slots = floor((end - begin - self.clip_seconds + _ROUNDING) / self.grid) + 1
        if slots < 2:
            raise TooShortError(
                media.path,
                f'picture and sound overlap for {max(end - begin, 0):.3f} s, but sliding a window '
                f'of clip_seconds={self.clip_seconds} by {self.grid} s needs '
                f'{self.clip_seconds + self.grid:.3f} s',
            )
        if self.place is None:
            chosen = int(stable_rng('slide', self.seed, results['relpath']).integers(slots))
        else:
            chosen = round(self.place * (slots - 1))
        order = np.concatenate([[chosen], np.delete(np.arange(slots), chosen)])
        results['window_starts'] = begin + order * self.grid
        results['shift'] = (order - chosen) * self.grid
        results['clip_seconds'] = self.clip_seconds
        results['audio_start'] = begin
        results['audio_seconds'] = self.clip_seconds + (slots - 1) * self.grid
        return results

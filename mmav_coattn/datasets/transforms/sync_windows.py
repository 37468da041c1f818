"""Where the windows of one synchronisation sample lie: exchangeable, so that only content tells.

If out-of-sync windows were drawn by rejecting those close to the in-sync one, they would lie at the
ends of the file more often than the in-sync one, and a network could answer from that alone. So all
1 + K windows are drawn together, uniformly over every set whose members are far enough apart, and
put in random order; only then does the first become the in-sync one.
"""

from __future__ import annotations

import hashlib
import os
from math import ceil, comb, floor

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmav_coattn.errors import ConfigError, TooShortError

#: Sums of decimal fractions miss by far less than this, in seconds.
_ROUNDING = 1e-7


def count_spaced_sets(num_slots: int, size: int, gap: int) -> int:
    """Number of sets of ``size`` slots out of ``num_slots`` in a row, ``gap`` or more apart.

    Taking ``gap - 1`` slots out between neighbours leaves an ordinary choice:
    ``C(num_slots - (size - 1) (gap - 1), size)``.
    """
    return comb(max(num_slots - (size - 1) * (gap - 1), 0), size)


def draw_spaced_slots(
    num_slots: int, size: int, gap: int, rng: np.random.Generator, max_spread: int | None = None
) -> np.ndarray:
    """Draw slots that are pairwise ``gap`` or more apart, uniformly over all such sets.

    Args:
        num_slots (int): Slots in a row, numbered from 0.
        size (int): How many to draw.
        gap (int): Least distance between two of them, in slots.
        rng (np.random.Generator): Source of randomness.
        max_spread (int, optional): Largest distance between two of them. Defaults to None, no
            limit. The draw is uniform over the sets that keep it.

    Returns:
        np.ndarray: ``(size,)`` int64, in random order, so that any of them is as likely to be
        first as any other.

    Raises:
        ValueError: If there is no such set.
    """
    spread = num_slots - 1 if max_spread is None else min(max_spread, num_slots - 1)
    if count_spaced_sets(spread + 1, size, gap) == 0:
        raise ValueError(
            f'{size} slots at least {gap} apart do not fit into {num_slots} (spread {spread}).'
        )
    if spread == num_slots - 1:
        first, slots = 0, _draw_sorted(num_slots, size, gap, rng)
    else:
        # By the smallest member: all places with the whole spread above them are alike, the last
        # ones have ever fewer sets above them.
        alike = num_slots - spread
        per_place = [
            count_spaced_sets(spread + 1 - gap - short, size - 1, gap)
            for short in range(spread + 1)
        ]
        weights = np.array([per_place[0] * alike, *per_place[1:]], dtype=np.float64)
        place = int(rng.choice(len(weights), p=weights / weights.sum()))
        first = int(rng.integers(alike)) if place == 0 else alike - 1 + place
        above = _draw_sorted(spread + 1 - gap - place, size - 1, gap, rng)
        slots = np.concatenate([[0], above + gap])
    return rng.permutation(first + slots)


def _draw_sorted(num_slots: int, size: int, gap: int, rng: np.random.Generator) -> np.ndarray:
    if size == 0:
        return np.zeros(0, np.int64)
    free = num_slots - (size - 1) * (gap - 1)
    chosen = np.sort(rng.choice(free, size=size, replace=False))
    return chosen + np.arange(size) * (gap - 1)


def stable_rng(*parts) -> np.random.Generator:
    """A generator that depends on nothing but the given values, in any process and Python."""
    digest = hashlib.sha256(os.fsencode('\0'.join(map(str, parts)))).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], 'little'))


@TRANSFORMS.register_module()
class SampleSyncWindows(BaseTransform):
    """Draw the 1 + K windows of one sample: the in-sync one and K out-of-sync ones.

    All windows lie on one grid in the time in which there is both picture and sound, pairwise at
    least ``min_shift`` apart (rounded up to the grid), uniformly over all such sets, in random
    order. Window 0 gives the picture and the in-sync sound, the others the out-of-sync sound.

    In training the randomness comes from numpy's global state, which mmengine seeds in each
    worker, and the grid lies at a random place. In test mode it comes from ``seed`` and the file's
    path within the data root alone, so the pairs of a file stay the same whatever the order, the
    number of workers or the other files.

    Required Keys:

    - media
    - relpath (in test mode)
    - clip_index (optional: number of the clip within its file, in test mode)

    Added Keys:

    - window_starts (np.ndarray): ``(1 + K,)`` seconds.
    - shift (np.ndarray): ``(1 + K,)`` seconds, ``window_starts - window_starts[0]``.
    - clip_seconds (float)

    Args:
        clip_seconds (float): Length of every window in seconds.
        num_negatives (int): K, the out-of-sync windows of a sample. 0 draws only the in-sync one.
            Defaults to 1.
        min_shift (float): Least distance of two windows in seconds. Defaults to 0.4.
        max_shift (float, optional): Largest distance of two windows in seconds. Defaults to None,
            no limit.
        grid (float): Step of the common grid in seconds. Defaults to 0.04.
        random_phase (bool): Whether the grid lies at a random place in training. False puts it at
            the first moment that has picture and sound. Where all files have one frame rate and
            ``grid`` is a frame's time, picture and sound then always meet at the same phase; else
            their distance varies by up to one frame. Defaults to True.
        test_mode (bool): Whether the windows are fixed by ``seed`` and file. Defaults to False.
        seed (int): Which pairs, in test mode. Defaults to 0.

    Raises:
        ConfigError: If a setting is out of range, or ``max_shift`` cannot hold the windows.
        TooShortError: If picture and sound of a file overlap for less than the windows need.
    """

    def __init__(
        self,
        clip_seconds: float,
        num_negatives: int = 1,
        min_shift: float = 0.4,
        max_shift: float | None = None,
        grid: float = 0.04,
        random_phase: bool = True,
        test_mode: bool = False,
        seed: int = 0,
    ) -> None:
        for name, value in dict(clip_seconds=clip_seconds, min_shift=min_shift, grid=grid).items():
            if not value > 0:
                raise ConfigError(f'{name}={value} must be more than 0 seconds.')
        if num_negatives < 0:
            raise ConfigError(f'num_negatives={num_negatives} must not be negative.')
        self.clip_seconds = float(clip_seconds)
        self.num_negatives = int(num_negatives)
        self._min_shift: float | torch.Tensor = float(min_shift)
        self.max_shift = None if max_shift is None else float(max_shift)
        self.grid = float(grid)
        self.random_phase = random_phase
        self.test_mode = test_mode
        self.seed = seed
        self.check_min_shift(self.min_shift)

    @property
    def min_shift(self) -> float:
        """Least distance of two windows, s."""
        return float(self._min_shift)

    @min_shift.setter
    def min_shift(self, value: float) -> None:
        self.check_min_shift(value)
        if isinstance(self._min_shift, torch.Tensor):
            self._min_shift.fill_(float(value))
        else:
            self._min_shift = float(value)

    def share_min_shift(self) -> None:
        """Put ``min_shift`` into shared memory, so that changes reach loader workers.

        For workers that start afterwards.
        """
        self._min_shift = torch.tensor(self.min_shift, dtype=torch.float64).share_memory_()

    def check_min_shift(self, value: float) -> None:
        """Raise a ConfigError where ``max_shift`` cannot hold windows so far apart."""
        if not value > 0:
            raise ConfigError(f'min_shift={value} must be more than 0 seconds.')
        spread = self.num_negatives * self._gap(value) * self.grid
        if self.max_shift is not None and self.max_shift + _ROUNDING < spread:
            raise ConfigError(
                f'max_shift={self.max_shift} s cannot hold {1 + self.num_negatives} windows at '
                f'least min_shift={value} s apart on a grid of {self.grid} s: it must be '
                f'{spread:.3f} s or more.'
            )

    def transform(self, results: dict) -> dict:
        """Draw the windows."""
        media = results['media']
        begin, end = media.common_span
        # Seconds over which a window may begin, beyond what the tightest set of windows takes.
        spare = end - begin - self.clip_seconds - self._needed_spread()
        if spare < -_ROUNDING:
            raise TooShortError(
                media.path,
                f'picture and sound overlap for {max(end - begin, 0):.3f} s, but '
                f'{1 + self.num_negatives} windows of clip_seconds={self.clip_seconds} at least '
                f'min_shift={self.min_shift} s apart need '
                f'{self.clip_seconds + self._needed_spread():.3f} s',
            )
        if self.test_mode:
            rng = stable_rng(self.seed, results['relpath'], results.get('clip_index', 0))
            phase = 0.0
        else:
            rng = np.random.default_rng(np.random.randint(2**32, dtype=np.uint64))
            phase = rng.uniform(0.0, min(self.grid, max(spare, 0.0)))
            if not self.random_phase:
                phase = 0.0
        room = end - begin - self.clip_seconds - phase
        slots = draw_spaced_slots(
            floor((room + _ROUNDING) / self.grid) + 1,
            1 + self.num_negatives,
            self._gap(self.min_shift),
            rng,
            None if self.max_shift is None else floor((self.max_shift + _ROUNDING) / self.grid),
        )
        starts = begin + phase + slots * self.grid
        results['window_starts'] = starts
        results['shift'] = starts - starts[0]
        results['clip_seconds'] = self.clip_seconds
        return results

    def _gap(self, min_shift: float) -> int:
        return max(1, ceil(min_shift / self.grid - _ROUNDING))

    def _needed_spread(self) -> float:
        """Seconds between the first and the last start of the tightest set of windows."""
        return self.num_negatives * self._gap(self.min_shift) * self.grid

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(clip_seconds={self.clip_seconds}, '
            f'num_negatives={self.num_negatives}, min_shift={self.min_shift}, '
            f'max_shift={self.max_shift}, grid={self.grid}, random_phase={self.random_phase}, '
            f'test_mode={self.test_mode}, '
            f'seed={self.seed})'
        )

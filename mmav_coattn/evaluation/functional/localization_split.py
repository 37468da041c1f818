"""One map of a clip turned into a map for each of several sources."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array


def split_by_peaks(maps: ArrayLike, count: int, apart: float = 0.35) -> np.ndarray:
    """A map for each of the locations that stand out over a clip, told apart by where they are.

    Sources that sound at different times make different locations stand out at different times. Of
    every location the highest value over time is taken; its ``count`` highest peaks that lie
    ``apart`` are the sources, and each location belongs to the nearest of them. In the maps of a
    source all other locations lie below the lowest of its own.

    Nobody says which map is which source's, and two sources closer than ``apart`` stay one.

    Args:
        maps (ArrayLike): (T, H, W), larger means more likely a source.
        count (int): Sources to look for.
        apart (float): Least distance of two peaks, as a share of the longer side.

    Returns:
        np.ndarray: float64, (S, T, H, W), that of the highest peak first; S is ``count``, or fewer
        where no location is left that lies apart.

    Raises:
        ValueError: If the maps are not (T, H, W) or not finite, or ``count`` is below 1.
    """
    maps = finite_array(maps, 'maps', ndim=3)
    if count < 1:
        raise ValueError(f'count must be at least 1, got {count}.')
    highest = maps.max(axis=0)
    rows, columns = np.indices(highest.shape)
    left = np.ones(highest.shape, dtype=bool)
    distances: list[np.ndarray] = []
    while len(distances) < count and left.any():
        peak = np.where(left, highest, -np.inf).argmax()
        row, column = np.unravel_index(peak, highest.shape)
        distances.append(np.hypot(rows - row, columns - column))
        left &= distances[-1] >= apart * max(highest.shape)
    owner = np.argmin(distances, axis=0)
    below = maps - (maps.max() - maps.min() + 1)
    return np.stack([np.where(owner == index, maps, below) for index in range(len(distances))])

"""Trivial predictors of a source's place: what any localisation figure has to stand beside."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array


def centre_heatmap(size: int) -> np.ndarray:
    """Map that falls with the distance from the centre; its top pixels are a centre disc.

    Args:
        size (int): Side of the square map, px.

    Returns:
        np.ndarray: float64, (size, size).
    """
    distance = np.arange(size) - (size - 1) / 2
    return -(distance[:, None] ** 2 + distance**2)


def random_blob_heatmap(size: int, rng: np.random.Generator) -> np.ndarray:
    """Map that falls with the distance from a place drawn uniformly over the image.

    Args:
        size (int): Side of the square map, px.
        rng (np.random.Generator): Source of the place.

    Returns:
        np.ndarray: float64, (size, size).
    """
    y, x = rng.uniform(0, size, 2)
    rows = np.arange(size)
    return -((rows[:, None] + 0.5 - y) ** 2 + (rows + 0.5 - x) ** 2)


def motion_energy_maps(frames: ArrayLike) -> np.ndarray:
    """Where the picture changes: mean over channels of the absolute central difference in time.

    The first and last frame have one neighbour only and are compared with that one.

    Args:
        frames (ArrayLike): (C, T, H, W), any scale, T >= 2.

    Returns:
        np.ndarray: float64, (T, H, W), not negative, grey levels per frame.

    Raises:
        ValueError: If the shape is wrong, a value is not finite, or there is only one frame.
    """
    frames = finite_array(frames, 'frames', ndim=4)
    if frames.shape[1] < 2:
        raise ValueError('frames: motion needs at least two frames.')
    return np.abs(np.gradient(frames.astype(np.float64), axis=1)).mean(axis=0)

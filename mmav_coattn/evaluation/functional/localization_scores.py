"""Scores of heat maps against ground truths, and maps and ground truths of several sources."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, map_and_truth
from .localization import mask_ciou, top_pixels


class HeatmapScores(NamedTuple):
    """Scores of one heat map."""

    adaptive: float  #: Consensus IoU of as many top pixels as the ground truth has.
    half: float  #: Consensus IoU of the top half of the pixels.
    #: 1 if the highest pixel, of equal ones the first, lies on the source, else 0: the pointing
    #: game of Zhang et al., "Top-down Neural Attention by Excitation Backprop" (ECCV 2016).
    hit: float


def score_heatmap(heatmap: ArrayLike, gt_map: ArrayLike) -> HeatmapScores:
    """All scores of a heat map (H, W) against a ground truth (H, W) in [0, 1].

    Raises:
        ValueError: If shapes differ or a value is not finite.
    """
    heatmap, gt = map_and_truth(heatmap, gt_map)
    return HeatmapScores(
        adaptive=mask_ciou(top_pixels(heatmap, int(np.count_nonzero(gt))), gt),
        half=mask_ciou(top_pixels(heatmap, round(gt.size / 2)), gt),
        hit=float(gt.flat[heatmap.argmax()] > 0),
    )


def split_by_peaks(maps: np.ndarray, count: int, apart: float = 0.35) -> np.ndarray:
    """A map for each of the ``count`` locations that stand out over a clip (T, H, W).

    Of every location the highest value over time is taken; its highest peaks that lie ``apart``, as
    a share of the longer side, are the sources, and each location belongs to the nearest of them.
    In the maps (S, T, H, W) of a source all other locations lie below the lowest of its own. S is
    less than ``count`` where no location is left that lies apart.
    """
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


def best_assignment(values: ArrayLike) -> list[int]:
    """Map of each source (S,): the one-to-one assignment with the largest sum of scores (S, M).

    Where there are fewer maps than sources, maps may be used again.

    Raises:
        ValueError: If the array is empty or not finite.
    """
    values = finite_array(values, 'values', ndim=2)
    sources, maps = values.shape
    if maps < sources:
        return [int(row.argmax()) for row in values]
    from scipy.optimize import linear_sum_assignment  # here, as importing it takes a while

    return linear_sum_assignment(values, maximize=True)[1].tolist()


def upsample_heatmap(heatmap: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge a map (H', W') bilinearly to a frame of ``size`` (H, W), px; float32 (H, W)."""
    import cv2

    heatmap = np.ascontiguousarray(heatmap, dtype=np.float32)
    return cv2.resize(heatmap, size[::-1], interpolation=cv2.INTER_LINEAR)

"""Scores of one heat map against one ground truth, and which map is meant for which source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, require_equal_shapes, require_unit_interval
from .localization import top_pixels


class HeatmapScores(NamedTuple):
    """Scores of one heat map.

    Attributes:
        adaptive (float): Consensus IoU of as many top pixels as the ground truth has.
        half (float): Consensus IoU of the top half of the pixels.
        hit (float): 1 if the highest pixel lies on the source, else 0 (pointing game).
    """

    adaptive: float
    half: float
    hit: float


def score_heatmap(heatmap: ArrayLike, gt_map: ArrayLike) -> HeatmapScores:
    """All scores of one heat map.

    The masks are those of :func:`~.localization.binarize_top_count` (ties by index), the hit that
    of :func:`~.localization.pointing_hit`.

    Args:
        heatmap (ArrayLike): (H, W), larger means more likely a source.
        gt_map (ArrayLike): (H, W), in [0, 1], non-zero on the source.

    Returns:
        HeatmapScores: See there.

    Raises:
        ValueError: If shapes differ or a value is not finite.
    """
    heatmap = finite_array(heatmap, 'heatmap', ndim=2)
    gt = finite_array(gt_map, 'gt_map', ndim=2)
    require_equal_shapes(heatmap=heatmap, gt_map=gt)
    require_unit_interval(gt, 'gt_map')
    values, truth = heatmap.ravel(), gt.ravel()
    outside, total = truth == 0, truth.sum()

    def ciou_of_top(count: int) -> float:
        # Consensus IoU of a mask that needs no checking.
        mask = top_pixels(values, count)
        denominator = total + np.count_nonzero(mask & outside)
        return float(truth[mask].sum() / denominator) if denominator > 0 else 0.0

    return HeatmapScores(
        adaptive=ciou_of_top(int(np.count_nonzero(truth))),
        half=ciou_of_top(round(truth.size / 2)),
        hit=float(truth[values.argmax()] > 0),
    )


def best_assignment(values: ArrayLike) -> list[int]:
    """Which map each source is judged by, where nobody says which map is which source's.

    The one-to-one assignment with the largest sum. Where there are fewer maps than sources, maps
    may be used again.

    Args:
        values (ArrayLike): (S, M), score of map m against source s.

    Returns:
        list[int]: (S,), number of the map of each source.

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
    """Enlarge one map bilinearly, its cells laid side by side over the frame.

    Args:
        heatmap (np.ndarray): (H', W').
        size (tuple[int, int]): Height and width of the frame, px.

    Returns:
        np.ndarray: float32, (H, W).
    """
    import cv2

    height, width = size
    heatmap = np.ascontiguousarray(heatmap, dtype=np.float32)
    return cv2.resize(heatmap, (width, height), interpolation=cv2.INTER_LINEAR)

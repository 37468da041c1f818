"""Reading an offset off scores of a file's audio against its video at every shift.

Sign: an offset of +0.24 s says that the audio is 0.24 s late: what is seen at ``t`` is heard at
``t + 0.24``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: Shifts this many steps from the highest count as the same answer.
NEAR_STEPS = 2
#: Confidence below which the offset counts as unknown.
MIN_CONFIDENCE = 0.5


class OffsetEstimate(NamedTuple):
    """Where a curve of scores over shifts is highest.

    Attributes:
        offset (float | None): s; None where the curve does not tell.
        best (float): Shift of the highest score, between the steps of the grid, s.
        confidence (float): 0 to 1, see :func:`offset_confidence`.
        at_edge (bool): Whether the highest score is that of the first or last shift that the file
            has windows for: the true one may lie beyond.
    """

    offset: float | None
    best: float
    confidence: float
    at_edge: bool


def mean_curve(scores: np.ndarray) -> np.ndarray:
    """Mean logit of each shift over the windows that have it.

    Args:
        scores (np.ndarray): (W, S) logits, NaN where a window has no audio at that shift.

    Returns:
        np.ndarray: (S,), NaN where no window has the shift.
    """
    count = np.isfinite(scores).sum(axis=0)
    total = np.nansum(scores, axis=0)
    return np.divide(total, count, out=np.full(scores.shape[1], np.nan), where=count > 0)


def refine_peak(shifts: np.ndarray, curve: np.ndarray) -> float:
    """Shift of the top of the parabola through the highest point and its neighbours.

    Args:
        shifts (np.ndarray): (S,), evenly spaced, s.
        curve (np.ndarray): (S,), at least one value finite.

    Returns:
        float: s, at most half a step from the highest point; that point itself, where a neighbour
        is missing.
    """
    top = int(np.nanargmax(curve))
    if not 0 < top < len(curve) - 1 or not np.isfinite(curve[top - 1 : top + 2]).all():
        return float(shifts[top])
    left, middle, right = curve[top - 1 : top + 2]
    bend = left - 2 * middle + right
    move = 0.0 if bend == 0 else 0.5 * (left - right) / bend
    return float(shifts[top] + move * (shifts[1] - shifts[0]))


def offset_confidence(curve: np.ndarray) -> float:
    """How sure the highest point of a curve is, 0 to 1.

    The product of two probabilities that the logits stand for: that audio and video are in sync
    at the best shift, ``sigmoid(highest)``; and, the offset being one of these shifts, that it is
    within two steps of the best one (softmax over shifts). A curve that is low everywhere fails the
    first, a flat one the second.

    Args:
        curve (np.ndarray): (S,) mean logits, NaN where there is none.

    Returns:
        float: 0 to 1.
    """
    top = int(np.nanargmax(curve))
    weights = np.where(np.isfinite(curve), np.exp(curve - curve[top]), 0.0)
    near = weights[max(top - NEAR_STEPS, 0) : top + NEAR_STEPS + 1].sum() / weights.sum()
    in_sync = 1 / (1 + np.exp(-np.clip(curve[top], -60, 60)))
    return float(near * in_sync)


def estimate_offset(
    shifts: np.ndarray, scores: np.ndarray, min_confidence: float = MIN_CONFIDENCE
) -> OffsetEstimate:
    """The offset that the windows of a file agree on.

    Args:
        shifts (np.ndarray): (S,), evenly spaced, rising, s.
        scores (np.ndarray): (W, S) logits, NaN where there is none.
        min_confidence (float): Below it the offset is None.

    Returns:
        OffsetEstimate: See there.

    Raises:
        ValueError: If no score is finite.
    """
    if not np.isfinite(scores).any():
        raise ValueError('scores: none is finite, so there is no offset to find.')
    curve = mean_curve(scores)
    top = int(np.nanargmax(curve))
    confidence = offset_confidence(curve)
    tried = np.flatnonzero(np.isfinite(curve))
    at_edge = top in (tried[0], tried[-1])
    best = refine_peak(shifts, curve)
    known = confidence >= min_confidence and not at_edge
    return OffsetEstimate(best if known else None, best, confidence, at_edge)

"""How the offset goes along a file: constant, drifting, or jumping at cuts.

The evidence of a shift in a stretch is the sum of the logits of its clips, those that overlap
counted as one. The most likely course is found by dynamic programming over the shifts, with a cost
for each jump (the segmented form of Viterbi's algorithm, 1967). If a line through what was found
explains the file as well, the offset drifts; else it jumps.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from .offset_curve import Confidence, OffsetEstimate, estimate_offset

#: Least change that is a jump or a drift, in steps of the shift: two of them, rounded.
MIN_CHANGE_STEPS = 1.5
CHANGE_ODDS = 100.0  #: How much less likely a change is beforehand than none.


class Stretch(NamedTuple):
    """Windows from ``first`` to before ``end`` whose offset is the same."""

    first: int
    end: int
    estimate: OffsetEstimate


class Line(NamedTuple):
    """An offset that drifts: s of offset a second, and the offset at time 0, s."""

    rate: float
    at_zero: float

    def at(self, times: np.ndarray) -> np.ndarray:
        """Offset at these times, s."""
        return self.at_zero + self.rate * times


def find_course(
    times: np.ndarray, shifts: np.ndarray, scores: np.ndarray, confidence: Confidence
) -> tuple[list[Stretch], Line | None]:
    """Find where the offset of a file jumps, or whether it drifts.

    Args:
        times (np.ndarray): (W,) middles of the windows, rising, s.
        shifts (np.ndarray): (S,), evenly spaced, rising, s.
        scores (np.ndarray): (W, S) logits, NaN where there is none; at least one is finite.
        confidence (Confidence): Of the estimates.

    Returns:
        tuple[list[Stretch], Line | None]: Stretches where the offset jumps, each at a known offset
        two steps or more from that of its neighbours; the line of a drift of two steps or more.
    """
    # A shift that a window lacks is no worse than its best: nothing speaks against it.
    top = np.where(np.isfinite(scores), scores, -np.inf).max(axis=1, keepdims=True)
    evidence = np.where(np.isfinite(scores), scores, np.where(np.isfinite(top), top, 0))
    evidence = evidence / confidence.clip_steps
    cost = np.log(CHANGE_ODDS * max(len(times) / confidence.clip_steps, 1) * len(shifts))
    path = best_path(evidence, cost)
    cuts = [int(cut) for cut in np.flatnonzero(np.diff(path)) + 1]
    if not cuts:
        return [], None
    from scipy.stats import theilslopes  # here, as importing it takes a while

    step, rows = shifts[1] - shifts[0], np.arange(len(times))
    found = _stretches(shifts, scores, cuts, confidence)
    # The line of Theil (1950) and Sen (1968), which outliers do not bend.
    middles = [times[part.first : part.end].mean() for part in found]
    rate, at_zero, *_ = theilslopes([part.estimate.best for part in found], middles, method='joint')
    line = Line(float(rate), float(at_zero))
    column = np.round((line.at(times) - shifts[0]) / step).astype(int).clip(0, len(shifts) - 1)
    lost = evidence[rows, path].sum() - evidence[rows, column].sum()
    change = abs(line.rate) * (times[-1] - times[0])
    if change >= MIN_CHANGE_STEPS * step and lost <= cost * (len(cuts) - 1):
        along = straighten(scores, column - column[len(column) // 2])
        return [], line if estimate_offset(shifts, along, confidence).offset is not None else None
    while cuts:
        weak = [not _is_jump(a.estimate, b.estimate, step) for a, b in pairwise(found)]
        if not any(weak):
            return found, None
        del cuts[weak.index(True)]
        found = _stretches(shifts, scores, cuts, confidence)
    return [], None


def best_path(evidence: np.ndarray, cost: float) -> np.ndarray:
    """Shift's index (W,) on the path of the highest sum of evidence (W, S); a change costs."""
    total = evidence[0].copy()
    tops, stays = [], []
    for row in evidence[1:]:
        tops.append(int(total.argmax()))
        jumped = total[tops[-1]] - cost
        stays.append(total >= jumped)
        total = np.maximum(total, jumped) + row
    path = [int(total.argmax())]
    for top, stay in zip(reversed(tops), reversed(stays), strict=True):
        path.append(path[-1] if stay[path[-1]] else top)
    return np.array(path[::-1])


def straighten(scores: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Scores (W, S) at shifts that are larger by ``moves`` (W,), in steps; NaN where none is."""
    columns = np.arange(scores.shape[1]) + moves[:, None]
    inside = (columns >= 0) & (columns < scores.shape[1])
    moved = np.take_along_axis(scores, columns.clip(0, scores.shape[1] - 1), axis=1)
    return np.where(inside, moved, np.nan)


def _stretches(
    shifts: np.ndarray, scores: np.ndarray, cuts: list[int], confidence: Confidence
) -> list[Stretch]:
    ends = pairwise([0, *cuts, len(scores)])
    return [Stretch(a, b, estimate_offset(shifts, scores[a:b], confidence)) for a, b in ends]


def _is_jump(before: OffsetEstimate, after: OffsetEstimate, step: float) -> bool:
    known = before.offset is not None and after.offset is not None
    return known and abs(after.best - before.best) >= MIN_CHANGE_STEPS * step

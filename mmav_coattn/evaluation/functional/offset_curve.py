"""Reading an offset off scores of a file's audio against its video at every shift.

Sign: an offset of +0.24 s says that the audio is 0.24 s late: what is seen at ``t`` is heard at
``t + 0.24``.
"""

from typing import NamedTuple

import numpy as np

NEAR_STEPS = 2  #: Shifts this many steps from the highest count as the same answer.
MIN_CONFIDENCE = 0.5  #: Below it the offset counts as unknown.


class OffsetEstimate(NamedTuple):
    """Where a curve of scores over shifts is highest."""

    offset: float | None  #: s; None where the curve does not tell.
    best: float  #: Shift of the highest score, between the steps of the grid, s.
    confidence: float  #: 0 to 1, see :class:`Confidence`.
    at_edge: bool  #: Whether it is the first or last shift tried: the true one may lie beyond.


def mean_curve(scores: np.ndarray) -> np.ndarray:
    """Mean over windows of logits (W, S), NaN where there is none: (S,)."""
    count = np.isfinite(scores).sum(axis=0)
    total = np.nansum(scores, axis=0)
    return np.divide(total, count, out=np.full(scores.shape[1], np.nan), where=count > 0)


def refine_peak(shifts: np.ndarray, curve: np.ndarray) -> float:
    """Shift (s) of the top of the parabola through the highest point and its neighbours, if any."""
    top = int(np.nanargmax(curve))
    if not 0 < top < len(curve) - 1 or not np.isfinite(curve[top - 1 : top + 2]).all():
        return float(shifts[top])
    left, middle, right = curve[top - 1 : top + 2]
    bend = left - 2 * middle + right
    move = 0.0 if bend == 0 else 0.5 * (left - right) / bend
    return float(shifts[top] + move * (shifts[1] - shifts[0]))


class Confidence(NamedTuple):
    """How sure the highest point of a curve is, 0 to 1.

    It begins with the product of two probabilities that the logits stand for: that audio and video
    are in sync at the best shift, ``sigmoid(highest)``; and, the offset being one of these shifts,
    that it is within two steps of the best one (softmax over shifts, sharper with the square root
    of the number of clips). A curve that is low everywhere fails the first, a flat one the second.

    On other videos than those of the training, the logits are not probabilities. ``gain`` and
    ``bias`` change the logit of the product, so that the confidence is the share that is right.

    Attributes:
        clip_steps (int): Windows after which one has nothing in common with the first.
        gain (float): Factor of the logit.
        bias (float): Added after that.
    """

    clip_steps: int
    gain: float = 1.0
    bias: float = 0.0

    def of(self, curve: np.ndarray, windows: int) -> float:
        """Confidence of a curve (S,) of mean logits, NaN where there is none."""
        clips = 1 + (windows - 1) / self.clip_steps
        top = int(np.nanargmax(curve))
        weights = np.where(np.isfinite(curve), np.exp(np.sqrt(clips) * (curve - curve[top])), 0.0)
        # A shift that a short file leaves untried is as likely as the mean of the others.
        total = weights.sum() * len(curve) / np.isfinite(curve).sum()
        near = weights[max(top - NEAR_STEPS, 0) : top + NEAR_STEPS + 1].sum() / total
        product = near / (1 + np.exp(-np.clip(curve[top], -60, 60)))
        logit = np.log(product) - np.log1p(-min(product, 1 - 1e-12))
        return float(1 / (1 + np.exp(-np.clip(self.gain * logit + self.bias, -60, 60))))


def estimate_offset(
    shifts: np.ndarray, scores: np.ndarray, confidence: Confidence
) -> OffsetEstimate:
    """The offset that the windows of a file agree on.

    Args:
        shifts (np.ndarray): (S,), evenly spaced, rising, s.
        scores (np.ndarray): (W, S) logits, NaN where there is none.
        confidence (Confidence): Below :data:`MIN_CONFIDENCE` the offset is None.

    Raises:
        ValueError: If no score is finite.
    """
    if not np.isfinite(scores).any():
        raise ValueError('scores: none is finite, so there is no offset to find.')
    curve = mean_curve(scores)
    sure, best = confidence.of(curve, len(scores)), refine_peak(shifts, curve)
    at_edge = np.nanargmax(curve) in np.flatnonzero(np.isfinite(curve))[[0, -1]]
    known = sure >= MIN_CONFIDENCE and not at_edge
    return OffsetEstimate(best if known else None, best, sure, bool(at_edge))

"""Audio-visual synchronisation as a binary decision: in sync or shifted."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, require_equal_shapes

#: Edges between the bins of abs(shift), s.
SHIFT_EDGES = (0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 2.0)


def binary_sync_metrics(
    scores: ArrayLike, labels: ArrayLike, shifts: ArrayLike | None = None
) -> dict:
    """Accuracy, AUROC and more, of clips with one in-sync and K shifted audios each.

    The decision is "in sync" where the logit is above 0. Every figure is balanced for any K:
    ``accuracy = mean over clips of (right(in-sync) + mean_k right(shifted k)) / 2``, so answering
    always the same scores 0.5.

    Args:
        scores (ArrayLike): (N, 1+K) logits, larger means more in sync.
        labels (ArrayLike): (N, 1+K), 1 for the in-sync audio of the clip, once a row, else 0.
        shifts (ArrayLike, optional): (N, 1+K), shift of each audio against the video, s.

    Returns:
        dict: ``accuracy``; ``auroc``, the probability that an in-sync audio scores above a shifted
        one of any clip, a tie counting half (Mann & Whitney 1947); ``pair_accuracy``, the same for
        the two of one clip; ``cross_entropy``, balanced, in nats; ``num_clips``, N; ``num_pairs``,
        N * K; and, where ``shifts`` is given, ``bins``: by (low, high), the bins of abs(shift)
        that contain a pair, the mean over these pairs of (right(in-sync of the same clip) +
        right(shifted)) / 2.

    Raises:
        ValueError: If shapes differ, K is 0, a value is not finite, or a row has not one in sync.
    """
    scores = finite_array(scores, 'scores', ndim=2)
    labels = finite_array(labels, 'labels', ndim=2)
    require_equal_shapes(scores=scores, labels=labels)
    num_clips, num_audios = scores.shape
    if num_audios < 2:
        raise ValueError('scores: each clip needs at least one shifted audio, got none (K = 0).')
    if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
        raise ValueError('labels: each row must hold exactly one 1, for the in-sync audio.')

    in_sync = labels == 1
    positives = scores[in_sync][:, None]  # (N, 1)
    negatives = scores[~in_sync].reshape(num_clips, num_audios - 1)  # (N, K)
    # (N, K): mean over both audios of the pair, so the mean over all pairs is the balanced accuracy
    pair_right = ((positives > 0).astype(float) + (negatives <= 0)) / 2
    higher = (positives > negatives) + 0.5 * (positives == negatives)
    cross_entropy = (np.logaddexp(0, -positives).mean() + np.logaddexp(0, negatives).mean()) / 2
    result = dict(
        accuracy=float(pair_right.mean()),
        auroc=_auroc(positives.ravel(), np.sort(negatives, axis=None)),
        pair_accuracy=float(higher.mean()),
        cross_entropy=float(cross_entropy),
        num_clips=num_clips,
        num_pairs=negatives.size,
    )
    if shifts is not None:
        shifts = finite_array(shifts, 'shifts', ndim=2)
        require_equal_shapes(scores=scores, shifts=shifts)
        distances = np.abs(shifts[~in_sync].reshape(negatives.shape))
        result['bins'] = _bin_by_shift(distances, pair_right)
    return result


def _auroc(positives: np.ndarray, negatives: np.ndarray) -> float:
    """Area under the ROC curve of scores (P,) and rising scores (N,)."""
    below = negatives.searchsorted(positives, 'left')
    not_above = negatives.searchsorted(positives, 'right')
    return float((below + not_above).sum() / (2 * positives.size * negatives.size))


def _bin_by_shift(
    distances: np.ndarray, pair_right: np.ndarray
) -> dict[tuple[float, float], float]:
    """Average ``pair_right`` over the pairs of each bin of ``distances`` (s)."""
    # Differences of window starts on a grid, e.g. 1.2 - 0.8, miss their edge by a rounding error.
    distances = distances.round(6)
    bins = {}
    for low, high in pairwise([0.0, *SHIFT_EDGES, np.inf]):
        inside = (distances >= low) & (distances < high)
        if inside.any():
            bins[low, high] = float(pair_right[inside].mean())
    return bins

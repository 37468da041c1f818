"""Offset between audio and video as one of a grid of classes.

Protocol: Iashin et al., "Synchformer" (ICASSP 2024): 21 classes, -2 to 2 s in steps of 0.2 s.
"""

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array


def offset_accuracy(logits: ArrayLike, targets: ArrayLike, tolerance: int = 1) -> dict[str, float]:
    """Accuracy of the predicted offset class.

    Args:
        logits (ArrayLike): (N, C), one score a class, classes in the order of their offsets. Among
            equal scores the lower class counts as the higher ranked.
        targets (ArrayLike): (N,), integer class, 0 to C - 1.
        tolerance (int): Classes that the prediction may lie beside the target in ``acc1_tol``.

    Returns:
        dict: ``acc1``; ``acc5``, the target is among the five highest; ``acc1_tol``.

    Raises:
        ValueError: If lengths differ, a score is not finite, a target no class, or tolerance < 0.
    """
    logits = finite_array(logits, 'logits', ndim=2)
    targets = finite_array(targets, 'targets', ndim=1)
    if len(logits) != len(targets):
        raise ValueError(f'{len(logits)} rows of logits, but {len(targets)} targets.')
    if not np.isin(targets, np.arange(logits.shape[1])).all():
        raise ValueError(f'targets: must be integers from 0 to {logits.shape[1] - 1}.')
    if tolerance < 0:
        raise ValueError(f'tolerance must not be negative, got {tolerance}.')
    ranked = np.argsort(-logits, axis=1, kind='stable')
    best = ranked[:, 0]
    return dict(
        acc1=float((best == targets).mean()),
        acc5=float((ranked[:, :5] == targets[:, None]).any(axis=1).mean()),
        acc1_tol=float((np.abs(best - targets) <= tolerance).mean()),
    )

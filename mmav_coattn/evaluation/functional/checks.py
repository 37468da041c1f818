"""Argument checks shared by the metrics: a NaN must become an error, never a score."""

import numpy as np
from numpy.typing import ArrayLike


def finite_array(values: ArrayLike, name: str, ndim: int) -> np.ndarray:
    """As float64; ``ValueError`` with the ``name`` unless finite, not empty, of ``ndim`` axes."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim:
        raise ValueError(f'{name}: expected {ndim} axes, got an array of shape {array.shape}.')
    if array.size == 0:
        raise ValueError(f'{name}: the array is empty, so there is nothing to evaluate.')
    finite = np.isfinite(array)
    if not finite.all():
        raise ValueError(
            f'{name}: {np.count_nonzero(~finite)} of {array.size} values are not finite (NaN or '
            f'infinity), first at index {tuple(int(i) for i in np.argwhere(~finite)[0])}.'
        )
    return array


def require_equal_shapes(**arrays: np.ndarray) -> None:
    """Raise ``ValueError`` naming the arrays unless all have the same shape."""
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ', '.join(f'{name} {array.shape}' for name, array in arrays.items())
        raise ValueError(f'The shapes must be equal, got {shapes}.')


def require_unit_interval(array: np.ndarray, name: str) -> None:
    """Raise ``ValueError`` unless every value lies in [0, 1]."""
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f'{name}: values must lie in [0, 1], got {array.min():g} to {array.max():g}.'
        )


def map_and_truth(
    values: ArrayLike, gt_map: ArrayLike, name: str = 'heatmap'
) -> tuple[np.ndarray, np.ndarray]:
    """A map (H, W), called ``name``, and its ground truth (H, W) in [0, 1], as float64."""
    array = finite_array(values, name, ndim=2)
    truth = finite_array(gt_map, 'gt_map', ndim=2)
    require_equal_shapes(**{name: array, 'gt_map': truth})
    require_unit_interval(truth, 'gt_map')
    return array, truth

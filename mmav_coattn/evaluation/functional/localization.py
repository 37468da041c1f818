"""Sound source localisation on single images: masks, consensus IoU, success rate and AUC.

Formulas: consensus IoU and its AUC from Senocak et al., "Learning to Localize Sound Source in
Visual Scenes" (CVPR 2018); VGG-SS boxes from Chen et al., "Localizing Visual Sounds the Hard Way"
(CVPR 2021).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, map_and_truth, require_unit_interval

#: Thresholds 0, 0.05 ... 1, each the double nearest to its decimal, so that a consensus IoU of
#: exactly 0.15 passes the threshold 0.15 (3 * 0.05 would be a little larger).
SUCCESS_THRESHOLDS = np.arange(21) / 20


def binarize_top_fraction(heatmap: ArrayLike, fraction: float = 0.5) -> np.ndarray:
    """Mask (H, W) of the highest ``round(fraction * H * W)`` pixels of a map (H, W).

    By rank: at a threshold, ties would keep any number of pixels, and that number alone moves the
    score. Among equal values the lower row-major index is kept.

    Raises:
        ValueError: If the fraction is outside [0, 1], or the map is not (H, W) or not finite.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f'fraction must lie in [0, 1], got {fraction}.')
    heatmap = finite_array(heatmap, 'heatmap', ndim=2)
    return top_pixels(heatmap, round(fraction * heatmap.size))


def top_pixels(values: np.ndarray, count: int) -> np.ndarray:
    """Mask of the ``count`` highest finite values: what a stable sort keeps, but faster."""
    if count == 0:
        return np.zeros(values.shape, dtype=bool)
    border = np.partition(values, values.size - count, axis=None)[values.size - count]
    mask = values > border
    ties = np.flatnonzero(values == border)
    mask.flat[ties[: count - np.count_nonzero(mask)]] = True
    return mask


def consensus_map(
    boxes: Sequence[Sequence[float]], annotators: float = 1, size: int = 224
) -> np.ndarray:
    """Ground truth g of an image: the share of the annotators needed who drew a box there.

    ``min(sum of the boxes / annotators, 1)``. With 2 it is the consensus of Flickr-SoundNet, which
    has three annotators (Senocak et al., CVPR 2018), with 1 the union of the boxes, as for VGG-SS.

    Corners are clipped to the image, scaled, and cut off to whole pixels, as the evaluation of
    VGG-SS does; the right and lower edge are exclusive. A box that ends before it starts covers
    nothing: 12 images of the published file have such a corner, and its figures count them so.

    Args:
        boxes (Sequence[Sequence[float]]): (x0, y0, x1, y1) each, as fractions of width and height;
            of all annotators.
        annotators (float): Boxes that must overlap for g = 1.
        size (int): Side of the square map, float64, px.

    Raises:
        ValueError: If a box is not four finite numbers, or ``annotators`` is not positive.
    """
    if not annotators > 0:
        raise ValueError(f'annotators must be positive, got {annotators}.')
    total = np.zeros((size, size))
    if len(boxes):
        corners = finite_array(boxes, 'boxes', ndim=2)
        if corners.shape[1] != 4:
            raise ValueError(f'boxes: expected rows (x0, y0, x1, y1), got shape {corners.shape}.')
        for x0, y0, x1, y1 in (corners.clip(0, 1) * size).astype(int):
            total[y0:y1, x0:x1] += 1
    return np.minimum(total / annotators, 1.0)


def consensus_ciou(pred_mask: ArrayLike, gt_map: ArrayLike) -> float:
    """Consensus IoU of one image, ``sum(P * g) / (sum(g) + sum(P * [g == 0]))``.

    Of the predicted mask P (H, W), bool, and the share g (H, W), in [0, 1], of annotators who agree
    on a source. Where neither has a pixel it counts as 0.

    Raises:
        ValueError: If shapes differ, P is not a mask, or g is not finite or outside [0, 1].
    """
    pred, gt = map_and_truth(pred_mask, gt_map, 'pred_mask')
    if not np.isin(pred, (0, 1)).all():
        raise ValueError('pred_mask: must be a mask of 0 and 1; binarise the heatmap first.')
    return mask_ciou(pred.astype(bool), gt)


def mask_ciou(mask: np.ndarray, truth: np.ndarray) -> float:
    """:func:`consensus_ciou` of a mask and a ground truth that need no checking."""
    denominator = truth.sum() + np.count_nonzero(mask & (truth == 0))
    return float(truth[mask].sum() / denominator) if denominator > 0 else 0.0


def ciou_success_and_auc(cious: ArrayLike) -> dict[str, float]:
    """Summarise the consensus IoUs (N,) of a test set.

    Returns:
        dict: ``ciou50``, the share of images with consensus IoU >= 0.5 (the "cIoU" of most
        tables); ``auc``, the area by trapezoid under the share of images >= t, t = 0, 0.05 ... 1
        (a perfect score is 1); ``mean_ciou``; ``num``, N.

    Raises:
        ValueError: If there is no image, or a value is not finite or outside [0, 1].
    """
    cious = finite_array(cious, 'cious', ndim=1)
    require_unit_interval(cious, 'cious')
    success = (cious[:, None] >= SUCCESS_THRESHOLDS).mean(axis=0)
    widths = np.diff(SUCCESS_THRESHOLDS)
    return dict(
        ciou50=float((cious >= 0.5).mean()),
        auc=float((widths * (success[1:] + success[:-1]) / 2).sum()),
        mean_ciou=float(cious.mean()),
        num=cious.size,
    )

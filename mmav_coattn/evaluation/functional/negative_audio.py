"""Maps that must stay empty: silence, noise and off-screen audio at one threshold.

Protocol: Juanola et al., "A Critical Assessment of Visual Sound Source Localization Models
Including Negative Audio" (ICASSP 2025, arXiv 2410.01020). As in ``eval.py`` of its repository
(xavijuanola/vssl_eval), a pixel is predicted where the map, enlarged to 224 x 224 and never
normalised per image, exceeds the threshold; pIA is the share of the image that is predicted; its
AUC is the area under the share of images with pIA <= t, t = 0, 0.05 ... 1; F is the harmonic mean
of the mean cIoU of the positives and of 1 - pIA; F of the AUCs is that of the cIoU's AUC and of
pIA's. Otherwise than there, the threshold is chosen on validation clips
(:func:`best_map_threshold`); F1 of "is a source in sight", where any pixel is predicted, stands
beside F, which a few wrong pixels hardly lower; F of two zeros is 0; figures are shares; and object
priors (OGL), ten draws of off-screen audio, and the IoU of both masks of a clip are left out.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, map_and_truth, require_unit_interval
from .localization import ciou_success_and_auc

MAP_THRESHOLDS = np.arange(501) / 100  #: Among which one is chosen, nats.


def threshold_curves(
    heatmap: ArrayLike, gt_map: ArrayLike, thresholds: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Consensus IoU (K,) and pIA (K,) of one map (H, W) at each of many rising thresholds (K,).

    The ground truth (H, W) lies in [0, 1]. Where neither mask has a pixel the consensus IoU is 0.
    ``ValueError`` if shapes differ or a value is not finite.
    """
    heatmap, gt = map_and_truth(heatmap, gt_map)
    thresholds = finite_array(thresholds, 'thresholds', ndim=1)
    # How many thresholds each pixel exceeds; it is predicted at the first so many of them.
    exceeds = np.searchsorted(thresholds, heatmap.ravel(), side='left')

    def at_each(weights: np.ndarray) -> np.ndarray:
        counts = np.bincount(exceeds, weights.ravel(), minlength=len(thresholds) + 1)
        return counts[::-1].cumsum()[::-1][1:]

    inside, outside = at_each(gt), at_each(gt == 0)
    union = gt.sum() + outside
    ciou = np.divide(inside, union, out=np.zeros_like(union), where=union > 0)
    return ciou.clip(0, 1), at_each(np.ones(gt.shape)) / gt.size


def negative_audio_scores(
    cious: ArrayLike, positive_areas: ArrayLike, negative_areas: Mapping[str, ArrayLike]
) -> dict[str, float]:
    """Figures of positives and each kind of negatives at one threshold; see the module.

    Args:
        cious (ArrayLike): (N,), consensus IoU of each target of the positives.
        positive_areas (ArrayLike): (P,), pIA of each positive clip.
        negative_areas (Mapping[str, ArrayLike]): By kind (M,), pIA of each negative clip.

    Returns:
        dict[str, float]: ``ciou_at_threshold`` (mean), ``ciou50_at_threshold``,
        ``auc_at_threshold``; for each kind ``pia_KIND``, ``pia_auc_KIND``, ``f_KIND``,
        ``f_auc_KIND`` and ``f1_KIND`` (as many negatives as positives, and always yes: 2/3);
        ``f_negatives``, of cIoU and the mean 1 - pIA of the kinds.

    Raises:
        ValueError: If there is no positive or no negative, or a value is not in [0, 1].
    """
    success = ciou_success_and_auc(cious)
    figures = dict(
        ciou_at_threshold=success['mean_ciou'],
        ciou50_at_threshold=success['ciou50'],
        auc_at_threshold=success['auc'],
    )
    for kind, values in negative_areas.items():
        areas = finite_array(values, f'negative_areas[{kind!r}]', ndim=1)
        require_unit_interval(areas, f'negative_areas[{kind!r}]')
        # pIA <= t where 1 - pIA >= 1 - t, and the grid of thresholds is symmetric.
        auc = ciou_success_and_auc(1 - areas)['auc']
        figures |= {
            f'pia_{kind}': float(areas.mean()),
            f'pia_auc_{kind}': auc,
            f'f_{kind}': _f_measure(success['mean_ciou'], 1 - float(areas.mean())),
            f'f_auc_{kind}': _f_measure(success['auc'], auc),
            f'f1_{kind}': float(_detection_f1(np.asarray(positive_areas), areas)),
        }
    empty = float(np.mean([1 - figures[f'pia_{kind}'] for kind in negative_areas]))
    return figures | dict(f_negatives=_f_measure(success['mean_ciou'], empty))


def best_map_threshold(
    cious: ArrayLike,
    positive_areas: ArrayLike,
    negative_areas: Mapping[str, ArrayLike],
    thresholds: ArrayLike = MAP_THRESHOLDS,
) -> float:
    """The threshold with the highest sum of mean cIoU and mean F1 of the kinds.

    It must outline what sounds and stay empty where nothing does. Of equally good ones the lowest;
    choose it on validation clips. Consensus IoUs (N, K) and areas (P, K) and, by kind, (M, K) are
    those at each of the thresholds (K,).
    """
    cious = finite_array(cious, 'cious', ndim=2)
    positives = finite_array(positive_areas, 'positive_areas', ndim=2)
    f1 = [_detection_f1(positives, np.asarray(areas)) for areas in negative_areas.values()]
    return float(np.asarray(thresholds)[(cious.mean(axis=0) + np.mean(f1, axis=0)).argmax()])


def _f_measure(first: float, second: float) -> float:
    """Harmonic mean of two figures that are not negative; 0 where both are 0."""
    return 2 * first * second / (first + second) if first + second > 0 else 0.0


def _detection_f1(positives: np.ndarray, negatives: np.ndarray) -> np.ndarray:
    """2 TP / (2 TP + FP + FN) of areas (P, ...) and (M, ...), any pixel being a yes."""
    found = np.count_nonzero(positives, axis=0)
    false = np.count_nonzero(negatives, axis=0)
    return 2 * found / (found + len(positives) + false)

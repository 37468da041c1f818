"""Localisation where some images have no source: silent or off-screen audio.

Protocol: Mo & Morgado, "A Closer Look at Weakly-Supervised Audio-Visual Source Localization", 2022.
"""

import numpy as np
from numpy.typing import ArrayLike

from .checks import finite_array, require_equal_shapes, require_unit_interval


def detection_ap_max_f1(
    confidences: ArrayLike, cious: ArrayLike, has_source: ArrayLike
) -> dict[str, float]:
    """Average precision and the best F1 over the confidence threshold t.

    An image of confidence c >= t is a true positive if it has a source and cIoU >= 0.5, else a
    false positive; one of c < t with a source is a false negative. Recall is TP / (TP + FN). Every
    distinct confidence is one threshold, so equal confidences are accepted together. AP is the area
    under precision over recall from recall 0, where the precision at a recall is the best one at
    that recall or above.

    Args:
        confidences (ArrayLike): (N,), larger means surer that a source is in sight.
        cious (ArrayLike): (N,), consensus IoU in [0, 1]; ignored where there is no source.
        has_source (ArrayLike): (N,), bool.

    Returns:
        dict: ``ap`` and ``max_f1``, both 0 to 1.

    Raises:
        ValueError: If lengths differ, a value is not finite, or no image has a source.
    """
    confidences = finite_array(confidences, 'confidences', ndim=1)
    source = finite_array(has_source, 'has_source', ndim=1).astype(bool)
    require_equal_shapes(confidences=confidences, cious=np.asarray(cious), has_source=source)
    # Whoever has no source has no consensus IoU either, so NaN is legitimate there and only there.
    cious = finite_array(np.where(source, cious, 0.0), 'cious', ndim=1)
    require_unit_interval(cious, 'cious')
    if not source.any():
        raise ValueError('has_source: no image has a source, so recall is undefined.')

    order = np.argsort(-confidences, kind='stable')
    found = source & (cious >= 0.5)
    accepted = np.arange(1, len(order) + 1)
    true_positives = np.cumsum(found[order])
    false_negatives = source.sum() - np.cumsum(source[order])
    last_of_ties = np.append(np.diff(confidences[order]) != 0, True)

    precision = (true_positives / accepted)[last_of_ties]
    # Without a true positive precision is 0, and whatever recall is called adds nothing.
    recall = (true_positives / np.maximum(true_positives + false_negatives, 1))[last_of_ties]
    best_precision = np.maximum.accumulate(precision[::-1])[::-1]
    ap = (np.diff(recall, prepend=0.0) * best_precision).sum()
    f1 = 2 * precision * recall / np.where(precision + recall > 0, precision + recall, 1)
    return dict(ap=float(ap), max_f1=float(f1.max()))

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import detection_ap_max_f1


def slow_ap_max_f1(confidences, cious, has_source):
    """Count TP, FP and FN anew at every threshold, from the highest down."""
    points = []
    for t in sorted(set(confidences), reverse=True):
        tp = fp = fn = 0
        for c, ciou, source in zip(confidences, cious, has_source, strict=True):
            found = source and ciou >= 0.5
            tp += c >= t and found
            fp += c >= t and not found
            fn += c < t and source
        points.append((tp / (tp + fn) if tp + fn else 0.0, tp / (tp + fp)))
    recalls = [0.0, *(recall for recall, _ in points)]
    best = [max(p for _, p in points[index:]) for index in range(len(points))]
    f1 = max(2 * p * r / (p + r) if p + r else 0.0 for r, p in points)
    return np.diff(recalls) @ best, f1


def test_equals_the_slow_count():
    rng = np.random.default_rng(2)
    for size in range(1, 31):
        confidences = rng.integers(0, 12, size) / 10  # with ties
        cious, has_source = rng.random(size), rng.random(size) < 0.6
        has_source[0] = True
        cious[size // 3], cious[~has_source] = 0.5, np.nan  # only a silent image may lack a cIoU
        ap, f1 = slow_ap_max_f1(confidences, cious, has_source)
        result = detection_ap_max_f1(confidences, cious, has_source)
        assert result == pytest.approx(dict(ap=ap, max_f1=f1))

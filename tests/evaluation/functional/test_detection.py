import numpy as np
import pytest

from mmav_coattn.evaluation.functional import detection_ap_max_f1


def slow_ap_max_f1(confidences, cious, has_source):
    """Count TP, FP and FN anew at every threshold, from the highest down."""
    points = []
    for t in sorted(set(confidences), reverse=True):
        tp = fp = fn = 0
        for c, ciou, source in zip(confidences, cious, has_source, strict=True):
            if not source:
                fp += c >= t
            elif c >= t:
                tp += ciou >= 0.5
                fp += ciou < 0.5
            else:
                fn += 1
        precision = tp / (tp + fp)
        recall = tp / (tp + fn) if tp + fn else 0.0
        points.append((recall, precision))
    ap, previous = 0.0, 0.0
    for index, (recall, _) in enumerate(points):
        ap += (recall - previous) * max(p for _, p in points[index:])
        previous = recall
    f1 = max(2 * p * r / (p + r) if p + r else 0.0 for r, p in points)
    return ap, f1


@pytest.mark.parametrize(
    ('confidences', 'cious', 'has_source', 'ap', 'max_f1'),
    [
        # t = .9: TP. t = .8: + no source = FP. t = .7: + mislocated = FP. t = .6: + TP.
        # (recall, precision): (1/3, 1), (1/3, 1/2), (1/2, 1/3), (1, 1/2)
        ([0.9, 0.8, 0.7, 0.6], [0.7, 0, 0.3, 0.5], [1, 0, 1, 1], 1 / 3 + 1 / 12 + 1 / 4, 2 / 3),
        ([3, 2, 1], [1, 0.5, 0], [1, 1, 0], 1, 1),
        ([3, 2, 1], [0.49, 0, 0], [1, 1, 0], 0, 0),
        # Equal confidences are accepted together, whatever the order: one TP, one FP.
        ([0.5, 0.5], [1, 0], [1, 0], 1 / 2, 2 / 3),
        ([0.5, 0.5], [0, 1], [0, 1], 1 / 2, 2 / 3),
        # Only a silent image may lack a cIoU.
        ([2, 1], [1, np.nan], [1, 0], 1, 1),
    ],
)
def test_by_hand(confidences, cious, has_source, ap, max_f1):
    found = detection_ap_max_f1(confidences, cious, has_source)
    assert found == pytest.approx(dict(ap=ap, max_f1=max_f1))


def test_equals_the_slow_count():
    rng = np.random.default_rng(2)
    for _ in range(30):
        confidences = rng.integers(0, 12, 25) / 10  # with ties
        cious, has_source = rng.random(25), rng.random(25) < 0.6
        has_source[0] = True
        ap, f1 = slow_ap_max_f1(confidences, cious, has_source)
        result = detection_ap_max_f1(confidences, cious, has_source)
        assert result == pytest.approx(dict(ap=ap, max_f1=f1))


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (([np.nan, 1], [1, 1], [1, 1]), 'confidences: .* not finite'),
        (([2, 1], [np.nan, 0], [1, 0]), 'cious: .* not finite'),
        (([1, 1], [1, 1], [0, 0]), 'no image has a source'),
        (([1, 1], [1, 1, 1], [1, 1]), 'shapes must be equal'),
        (([1, 1], [1, 1.1], [1, 1]), r'cious: values must lie in \[0, 1\]'),
        (([], [], []), 'empty'),
    ],
)
def test_bad_arguments_are_errors(arguments, words):
    with pytest.raises(ValueError, match=words):
        detection_ap_max_f1(*arguments)

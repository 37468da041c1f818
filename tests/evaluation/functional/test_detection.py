import numpy as np
import pytest

from mmav_coattn.evaluation.functional import best_confidence_threshold, detection_ap_max_f1


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


def test_by_hand():
    # t = .9: TP. t = .8: + no source = FP. t = .7: + mislocated = FP. t = .6: + TP.
    result = detection_ap_max_f1([0.9, 0.8, 0.7, 0.6], [0.7, 0, 0.3, 0.5], [1, 0, 1, 1])
    # (recall, precision): (1/3, 1), (1/3, 1/2), (1/2, 1/3), (1, 1/2)
    assert result['ap'] == pytest.approx(1 / 3 * 1 + (1 / 2 - 1 / 3) * 1 / 2 + 1 / 2 * 1 / 2)
    assert result['max_f1'] == pytest.approx(2 / 3)


def test_threshold_of_the_best_f1():
    assert best_confidence_threshold([0.9, 0.8, 0.7, 0.6], [0.7, 0, 0.3, 0.5], [1, 0, 1, 1]) == 0.6
    rng = np.random.default_rng(4)
    for _ in range(20):
        confidences, cious = rng.integers(0, 12, 25) / 10, rng.random(25)
        has_source = rng.random(25) < 0.6
        has_source[0] = True
        best = best_confidence_threshold(confidences, cious, has_source)
        found = has_source & (cious >= 0.5) & (confidences >= best)
        precision = found.sum() / (confidences >= best).sum()
        recall = found.sum() / max(found.sum() + (has_source & (confidences < best)).sum(), 1)
        f1 = 2 * precision * recall / (precision + recall) if found.any() else 0.0
        assert f1 == pytest.approx(detection_ap_max_f1(confidences, cious, has_source)['max_f1'])


def test_perfect_and_hopeless():
    assert detection_ap_max_f1([3, 2, 1], [1, 0.5, 0], [1, 1, 0]) == {'ap': 1.0, 'max_f1': 1.0}
    assert detection_ap_max_f1([3, 2, 1], [0.49, 0, 0], [1, 1, 0]) == {'ap': 0.0, 'max_f1': 0.0}


def test_equal_confidences_are_accepted_together():
    # Whatever the order of the rows: one threshold, one TP, one FP.
    for order in ([0, 1], [1, 0]):
        result = detection_ap_max_f1(
            [0.5, 0.5], np.array([1.0, 0.0])[order], np.array([True, False])[order]
        )
        assert result['ap'] == pytest.approx(0.5)
        assert result['max_f1'] == pytest.approx(2 / 3)


def test_equals_the_slow_count():
    rng = np.random.default_rng(2)
    for _ in range(30):
        confidences = rng.integers(0, 12, 25) / 10  # with ties
        cious, has_source = rng.random(25), rng.random(25) < 0.6
        has_source[0] = True
        ap, f1 = slow_ap_max_f1(confidences, cious, has_source)
        result = detection_ap_max_f1(confidences, cious, has_source)
        assert result['ap'] == pytest.approx(ap)
        assert result['max_f1'] == pytest.approx(f1)


def test_only_a_silent_image_may_lack_a_ciou():
    assert detection_ap_max_f1([2, 1], [1, np.nan], [1, 0])['ap'] == 1.0
    with pytest.raises(ValueError, match='cious'):
        detection_ap_max_f1([2, 1], [np.nan, 0], [1, 0])


@pytest.mark.parametrize(
    'arguments',
    [
        ([np.nan, 1], [1, 1], [1, 1]),
        ([1, 1], [1, 1], [0, 0]),
        ([1, 1], [1, 1, 1], [1, 1]),
        ([1, 1], [1, 1.1], [1, 1]),
        ([], [], []),
    ],
)
def test_bad_arguments_are_errors(arguments):
    with pytest.raises(ValueError, match=r'\w'):
        detection_ap_max_f1(*arguments)

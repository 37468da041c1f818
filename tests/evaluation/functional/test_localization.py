import numpy as np
import pytest

from mmav_coattn.evaluation.functional import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
)


def slow_ciou(pred, gt):
    inside = total = outside = 0.0
    for p, g in zip(pred.ravel(), gt.ravel(), strict=True):
        inside += p * g
        total += g
        outside += bool(p) and g == 0
    return inside / (total + outside)


@pytest.mark.parametrize('fraction', [0.0, 0.25, 0.5, 0.61, 1.0])
@pytest.mark.parametrize('shape', [(7, 7), (224, 224), (5, 9)])
@pytest.mark.parametrize('levels', [1, 3, 50, 10**6])
def test_binarize_keeps_what_a_stable_sort_would_keep(levels, shape, fraction):
    heatmap = np.random.default_rng(6).integers(0, levels, shape) / 3  # with ties
    expected = np.zeros(heatmap.size, bool)
    best = np.argsort(-heatmap, axis=None, kind='stable')
    expected[best[: round(fraction * heatmap.size)]] = True
    mask = binarize_top_fraction(heatmap, fraction)
    assert mask.dtype == bool and (mask.ravel() == expected).all()


def test_consensus_ciou_by_hand():
    pred = np.array([[True, True], [True, False]])
    gt = np.array([[1.0, 0.5], [0.0, 0.5]])
    # inside 1 + 0.5; ground truth 2; one predicted pixel where nobody sees a source
    assert consensus_ciou(pred, gt) == pytest.approx(1.5 / 3.0)
    assert consensus_ciou(gt > 0, (gt > 0).astype(float)) == 1.0
    empty, full = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    for masks in ((empty, full), (full, empty), (empty, empty)):
        assert consensus_ciou(*masks) == 0.0


def test_consensus_ciou_equals_the_slow_formula():
    rng = np.random.default_rng(1)
    for _ in range(20):
        pred = rng.random((6, 5)) > rng.random()
        gt = rng.choice([0, 0.5, 1.0], (6, 5))
        gt[0, 0] = 0.5
        assert consensus_ciou(pred, gt) == pytest.approx(slow_ciou(pred, gt))


def test_ciou_success_and_auc_by_hand():
    result = ciou_success_and_auc([0.5, 0.15, 1.0, 0.0])
    # Share at t: 4/4 at 0; 3/4 for 0.05 to 0.15; 2/4 for 0.2 to 0.5; 1/4 for 0.55 to 1.
    shares = [1.0] + [0.75] * 3 + [0.5] * 7 + [0.25] * 10
    auc = sum((a + b) / 2 * 0.05 for a, b in zip(shares[:-1], shares[1:], strict=True))
    # 0.5 itself is a success.
    assert result == pytest.approx(dict(ciou50=0.5, auc=auc, mean_ciou=1.65 / 4, num=4))


@pytest.mark.parametrize('multiple', range(21))
def test_every_threshold_is_reached_by_its_own_decimal(multiple):
    value = float(f'{multiple * 5 / 100:.2f}')
    shares = [float(k <= multiple) for k in range(21)]
    by_hand = sum((a + b) / 40 for a, b in zip(shares[:-1], shares[1:], strict=True))
    assert ciou_success_and_auc([value])['auc'] == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ('boxes', 'annotators', 'expected'),
    [
        (
            [[0.0, 0.0, 0.5, 0.25], [0.25, 0.0, 0.79, 0.5]],
            1,
            [[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
        ),
        (
            [[0, 0, 0.5, 0.5], [0, 0, 0.5, 1.0], [0, 0, 0.25, 0.25]],
            2,
            [[1, 1, 0, 0], [1, 1, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]],
        ),
        # Boxes over the border are clipped; one that ends before it starts covers nothing.
        ([[-0.5, -1, 2, 3]], 1, np.ones((4, 4)).tolist()),
        ([[0.75, 0.75, 1.5, 1.0]], 1, np.diag([0, 0, 0, 1]).tolist()),
        ([[0.5, 0.5, -2.9e16, 0.8]], 1, np.zeros((4, 4)).tolist()),
        ([], 2, np.zeros((4, 4)).tolist()),
    ],
)
def test_consensus_of_boxes_by_hand(boxes, annotators, expected):
    assert consensus_map(boxes, annotators, size=4).tolist() == expected


@pytest.mark.parametrize(
    'call',
    [
        lambda: binarize_top_fraction(np.array([[np.nan, 1.0]])),
        lambda: binarize_top_fraction(np.ones((2, 2)), 1.5),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.ones((2, 3))),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.full((2, 2), np.nan)),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.full((2, 2), 2.0)),
        lambda: consensus_ciou(np.full((2, 2), 0.3), np.ones((2, 2))),
        lambda: ciou_success_and_auc([]),
        lambda: ciou_success_and_auc([1.2]),
        lambda: consensus_map([[0, 0, 1]]),
        lambda: consensus_map([[0, 0, 1, 1]], 0),
    ],
)
def test_bad_arguments_are_errors(call):
    with pytest.raises(ValueError, match=r'\w'):
        call()

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
    every_source_success,
)
from mmav_coattn.evaluation.functional.localization import top_pixels


def slow_ciou(pred, gt):
    inside = total = outside = 0.0
    for p, g in zip(pred.ravel(), gt.ravel(), strict=True):
        inside += p * g
        total += g
        outside += bool(p) and g == 0
    return inside / (total + outside)


def test_binarize_keeps_the_highest_half():
    heatmap = np.array([[0.1, 0.9], [0.8, 0.2]])
    assert binarize_top_fraction(heatmap).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize('fraction', [0.0, 0.25, 0.5, 0.61, 1.0])
@pytest.mark.parametrize('shape', [(7, 7), (224, 224), (5, 9)])
def test_binarize_keeps_exactly_the_share_whatever_the_ties(fraction, shape):
    rng = np.random.default_rng(0)
    relu_map = np.maximum(rng.normal(size=shape), 0)  # about half of it ties at zero
    for heatmap in (relu_map, np.zeros(shape), np.full(shape, 3.0)):
        mask = binarize_top_fraction(heatmap, fraction)
        assert mask.dtype == bool
        assert mask.sum() == round(fraction * heatmap.size)
        assert heatmap[mask].min(initial=np.inf) >= heatmap[~mask].max(initial=-np.inf)


def test_binarize_breaks_ties_by_index():
    assert binarize_top_fraction(np.ones((2, 4))).ravel().tolist() == [True] * 4 + [False] * 4
    heatmap = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert top_pixels(heatmap, 3).astype(int).tolist() == [[1, 1, 0], [0, 0, 1]]


def test_consensus_ciou_by_hand():
    pred = np.array([[True, True], [True, False]])
    gt = np.array([[1.0, 0.5], [0.0, 0.5]])
    # inside 1 + 0.5; ground truth 2; one predicted pixel where nobody sees a source
    assert consensus_ciou(pred, gt) == pytest.approx(1.5 / 3.0)
    assert consensus_ciou(gt > 0, (gt > 0).astype(float)) == 1.0


def test_consensus_ciou_equals_the_slow_formula():
    rng = np.random.default_rng(1)
    for _ in range(20):
        pred = rng.random((6, 5)) > rng.random()
        gt = rng.choice([0, 0.5, 1.0], (6, 5))
        gt[0, 0] = 0.5
        assert consensus_ciou(pred, gt) == pytest.approx(slow_ciou(pred, gt))


def test_consensus_ciou_of_empty_masks():
    empty, full = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    assert consensus_ciou(empty, full) == 0.0
    assert consensus_ciou(full, empty) == 0.0
    assert consensus_ciou(empty, empty) == 0.0


def test_ciou_success_and_auc_by_hand():
    result = ciou_success_and_auc([0.5, 0.15, 1.0, 0.0])
    assert result['ciou50'] == 0.5  # 0.5 itself is a success
    assert result['mean_ciou'] == pytest.approx(1.65 / 4)
    assert result['num'] == 4
    # Share at t: 4/4 at 0; 3/4 for 0.05 to 0.15; 2/4 for 0.2 to 0.5; 1/4 for 0.55 to 1.
    shares = [1.0] + [0.75] * 3 + [0.5] * 7 + [0.25] * 10
    by_hand = sum((a + b) / 2 * 0.05 for a, b in zip(shares[:-1], shares[1:], strict=True))
    assert result['auc'] == pytest.approx(by_hand)


def test_auc_ends():
    assert ciou_success_and_auc([1.0, 1.0])['auc'] == pytest.approx(1.0)
    assert ciou_success_and_auc([0.0])['auc'] == pytest.approx(0.025)


@pytest.mark.parametrize('multiple', range(21))
def test_every_threshold_is_reached_by_its_own_decimal(multiple):
    value = float(f'{multiple * 5 / 100:.2f}')
    shares = [float(k <= multiple) for k in range(21)]
    by_hand = sum((a + b) / 40 for a, b in zip(shares[:-1], shares[1:], strict=True))
    assert ciou_success_and_auc([value])['auc'] == pytest.approx(by_hand)


def test_union_of_boxes():
    found = consensus_map([[0.0, 0.0, 0.5, 0.25], [0.25, 0.0, 0.79, 0.5]], size=4)
    assert found.tolist() == [[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert (consensus_map([[-0.5, -1, 2, 3]], size=4) == 1).all()
    assert not consensus_map([[0.5, 0.5, -2.9e16, 0.8]], size=4).any()


def test_consensus_of_three_annotators_by_hand():
    boxes = [[0, 0, 0.5, 0.5], [0, 0, 0.5, 1.0], [0, 0, 0.25, 0.25]]
    assert consensus_map(boxes, 2, size=4).tolist() == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [0.5, 0.5, 0, 0],
        [0.5, 0.5, 0, 0],
    ]
    assert consensus_map(boxes, 1, size=4).sum() == 8
    assert not consensus_map([], 2, size=4).any()
    # Boxes at and over the border are clipped.
    assert consensus_map([[0.75, 0.75, 1.5, 1.0]], 1, size=4).sum() == 1
    with pytest.raises(ValueError, match='positive'):
        consensus_map(boxes, 0)


def test_every_source_success_by_hand():
    cious = [0.9, 0.5, 0.8, 0.4, 0.6]
    found = every_source_success(cious, ['a', 'a', 'b', 'b', 'c'])
    assert found['iiou'] == pytest.approx(2 / 3) and found['num_images'] == 3
    assert found['iiou_auc'] == ciou_success_and_auc([0.5, 0.4, 0.6])['auc']
    assert every_source_success(cious, ['a'] * 5)['iiou'] == 0.0
    assert (
        every_source_success(cious, list('abcde'))['iiou'] == ciou_success_and_auc(cious)['ciou50']
    )
    with pytest.raises(ValueError, match='5 sources'):
        every_source_success(cious, 'ab')


@pytest.mark.parametrize(
    'call',
    [
        lambda: binarize_top_fraction(np.array([[np.nan, 1.0]])),
        lambda: binarize_top_fraction(np.ones(4)),
        lambda: binarize_top_fraction(np.ones((2, 2)), 1.5),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.ones((2, 3))),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.full((2, 2), np.nan)),
        lambda: consensus_ciou(np.ones((2, 2), bool), np.full((2, 2), 2.0)),
        lambda: consensus_ciou(np.full((2, 2), 0.3), np.ones((2, 2))),
        lambda: ciou_success_and_auc([]),
        lambda: ciou_success_and_auc([0.2, np.nan]),
        lambda: ciou_success_and_auc([1.2]),
        lambda: consensus_map([[0.1, 0.2, 0.3]]),
        lambda: every_source_success([1.2, 0.1], 'aa'),
    ],
)
def test_bad_arguments_are_errors(call):
    with pytest.raises(ValueError, match=r'\w'):
        call()


def test_top_pixels_are_those_of_a_stable_sort():
    rng = np.random.default_rng(6)
    for levels in (1, 3, 50, 10**6):
        heatmap = rng.integers(0, levels, (9, 11)) / 3
        order = np.argsort(-heatmap, axis=None, kind='stable')
        for count in (0, 1, 40, 98, 99):
            expected = np.zeros(99, bool)
            expected[order[:count]] = True
            assert (top_pixels(heatmap, count).ravel() == expected).all()

import numpy as np
import pytest

from mmav_coattn.evaluation import functional as ef


@pytest.mark.parametrize('fraction', [0.0, 0.61, 1.0])
@pytest.mark.parametrize('levels', [1, 3, 10**6])
def test_binarize_keeps_what_a_stable_sort_would_keep(levels, fraction):
    heatmap = np.random.default_rng(6).integers(0, levels, (50, 9)) / 3  # with ties
    expected = np.zeros(heatmap.size, bool)
    best = np.argsort(-heatmap, axis=None, kind='stable')
    expected[best[: round(fraction * heatmap.size)]] = True
    mask = ef.binarize_top_fraction(heatmap, fraction)
    assert mask.dtype == bool and (mask.ravel() == expected).all()


def test_consensus_ciou_success_and_auc_by_hand():
    pred = np.array([[True, True], [True, False]])
    gt = np.array([[1.0, 0.5], [0.0, 0.5]])
    # inside 1 + 0.5; ground truth 2; one predicted pixel where nobody sees a source
    assert ef.consensus_ciou(pred, gt) == pytest.approx(1.5 / 3.0)
    assert ef.consensus_ciou([[1, 0]], [[0.5, 0.0]]) == 1.0
    empty, full = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    for masks in ((empty, full), (full, empty), (empty, empty)):
        assert ef.consensus_ciou(*masks) == 0.0
    result = ef.ciou_success_and_auc([0.5, 0.15, 1.0, 0.0])
    # Share at t: 4/4 at 0; 3/4 for 0.05 to 0.15; 2/4 for 0.2 to 0.5; 1/4 for 0.55 to 1.
    shares = np.array([1.0] + [0.75] * 3 + [0.5] * 7 + [0.25] * 10)
    auc = (shares[:-1] + shares[1:]).sum() / 40
    # 0.5 itself is a success.
    assert result == pytest.approx(dict(ciou50=0.5, auc=auc, mean_ciou=1.65 / 4, num=4))


@pytest.mark.parametrize('multiple', range(21))
def test_every_threshold_is_reached_by_its_own_decimal(multiple):
    value = float(f'{multiple * 5 / 100:.2f}')
    # Full steps below it, half a step after it.
    expected = 1.0 if multiple == 20 else (multiple + 0.5) / 20
    assert ef.ciou_success_and_auc([value])['auc'] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('boxes', 'annotators', 'expected'),
    [
        (
            [[0, 0, 0.5, 0.5], [0, 0, 0.5, 1.0], [0, 0, 0.25, 0.25]],
            2,
            [[1, 1, 0, 0], [1, 1, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]],
        ),
        # Corners within a pixel are cut off; a union.
        ([[0, 0, 0.5, 0.25], [0.25, 0, 0.79, 0.25]], 1, [[1, 1, 1, 0], *[[0] * 4] * 3]),
        # Boxes over the border are clipped; one that ends before it starts covers nothing.
        ([[-0.5, -1, 2, 3]], 1, np.ones((4, 4)).tolist()),
        ([[0.5, 0.5, -2.9e16, 0.8]], 1, np.zeros((4, 4)).tolist()),
        ([], 2, np.zeros((4, 4)).tolist()),
    ],
)
def test_consensus_of_boxes_by_hand(boxes, annotators, expected):
    assert ef.consensus_map(boxes, annotators, size=4).tolist() == expected

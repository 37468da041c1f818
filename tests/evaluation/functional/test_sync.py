import math

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import binary_sync_metrics


def labels_like(scores):
    labels = np.zeros_like(np.asarray(scores, dtype=float))
    labels[:, 0] = 1
    return labels


def test_by_hand():
    scores = [[2.0, -1.0], [0.5, 1.0], [-1.0, -2.0]]
    result = binary_sync_metrics(scores, labels_like(scores))
    assert result['accuracy'] == pytest.approx(4 / 6)
    assert result['pair_accuracy'] == pytest.approx(2 / 3)
    # positives 2, .5, -1 against negatives -1, 1, -2: 3 + 2 + 1.5 wins of 9
    assert result['auroc'] == pytest.approx(6.5 / 9)
    assert result['num_clips'] == 3
    assert result['num_pairs'] == 3
    softplus = [math.log1p(math.exp(x)) for x in (-2, -1, -0.5, 1.0, 1.0, -2.0)]
    assert result['cross_entropy'] == pytest.approx(sum(softplus) / 6)


@pytest.mark.parametrize('num_negatives', [1, 3, 7])
@pytest.mark.parametrize('always', [-1.0, 0.0, 1.0])
def test_the_same_answer_to_everything_scores_one_half(num_negatives, always):
    scores = np.full((5, 1 + num_negatives), always)
    result = binary_sync_metrics(scores, labels_like(scores))
    assert (result['accuracy'], result['auroc'], result['pair_accuracy']) == (0.5, 0.5, 0.5)
    if always == 0:
        assert result['cross_entropy'] == pytest.approx(math.log(2))


def test_negatives_share_one_weight_and_the_in_sync_audio_may_stand_anywhere():
    # In-sync right, one of four shifted right.
    result = binary_sync_metrics([[1.0, -1.0, 1.0, 1.0, 1.0]], [[1, 0, 0, 0, 0]])
    assert result['accuracy'] == pytest.approx((1 + 1 / 4) / 2) and result['num_pairs'] == 4
    assert binary_sync_metrics([[-3.0, 2.0, -1.0]], [[0, 1, 0]])['accuracy'] == 1.0


def test_bins_of_shift():
    scores = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
    # 1.2 - 0.8 is a little less than 0.4, and still belongs to the bin that starts there.
    assert 1.2 - 0.8 < 0.4
    shifts = np.array([[0.0, 1.2 - 0.8, -0.8], [0.0, -0.5, 3.0]])
    result = binary_sync_metrics(scores, labels_like(scores), shifts)
    assert result['bins'] == [
        {'low': 0.4, 'high': 0.6, 'accuracy': (1.0 + 0.5) / 2, 'num_pairs': 2},
        {'low': 0.8, 'high': 1.2, 'accuracy': 0.5, 'num_pairs': 1},
        {'low': 2.0, 'high': math.inf, 'accuracy': 0.0, 'num_pairs': 1},
    ]


def test_against_loops_over_pairs():
    rng = np.random.default_rng(0)
    scores = rng.integers(-3, 4, (50, 4)) / 2  # many ties
    result = binary_sync_metrics(scores, labels_like(scores), rng.uniform(-3, 3, (50, 4)))
    wins = [(p > n) + 0.5 * (p == n) for p in scores[:, 0] for n in scores[:, 1:].flat]
    assert result['auroc'] == pytest.approx(np.mean(wins))
    wins = [(row[0] > n) + 0.5 * (row[0] == n) for row in scores for n in row[1:]]
    assert result['pair_accuracy'] == pytest.approx(np.mean(wins))
    # The bins average to the accuracy.
    assert sum(b['num_pairs'] for b in result['bins']) == 150
    weighted = sum(b['accuracy'] * b['num_pairs'] for b in result['bins'])
    assert weighted / 150 == pytest.approx(result['accuracy'])


@pytest.mark.parametrize(
    'arguments',
    [
        ([[1.0, np.nan]], [[1, 0]]),
        ([[1.0, 0.0]], [[1, 1]]),
        ([[1.0]], [[1]]),
        ([[1.0, 0.0]], [[1, 0, 0]]),
        ([[1.0, 0.0]], [[1, 0]], [[0.0]]),
    ],
)
def test_bad_arguments_are_errors(arguments):
    with pytest.raises(ValueError, match=r'\w'):
        binary_sync_metrics(*arguments)

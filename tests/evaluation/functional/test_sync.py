import math

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import binary_sync_metrics


def labels_like(scores):
    labels = np.zeros(np.shape(scores))
    labels[:, 0] = 1
    return labels


def test_by_hand():
    scores = [[2.0, -1.0], [0.5, 1.0], [-1.0, -2.0]]
    softplus = [math.log1p(math.exp(x)) for x in (-2, -1, -0.5, 1.0, 1.0, -2.0)]
    assert binary_sync_metrics(scores, labels_like(scores)) == pytest.approx(
        dict(
            accuracy=4 / 6,
            pair_accuracy=2 / 3,
            # positives 2, .5, -1 against negatives -1, 1, -2: 3 + 2 + 1.5 wins of 9
            auroc=6.5 / 9,
            cross_entropy=sum(softplus) / 6,
            num_clips=3,
            num_pairs=3,
        )
    )


@pytest.mark.parametrize('always', [-1.0, 0.0, 1.0])
def test_the_same_answer_to_everything_scores_one_half(always):
    scores = np.full((5, 4), always)
    result = binary_sync_metrics(scores, labels_like(scores))
    assert (result['accuracy'], result['auroc'], result['pair_accuracy']) == (0.5, 0.5, 0.5)
    assert always or result['cross_entropy'] == pytest.approx(math.log(2))


def test_negatives_share_one_weight_and_the_in_sync_audio_may_stand_anywhere():
    # In-sync right, one of four shifted right.
    result = binary_sync_metrics([[1.0, -1.0, 1.0, 1.0, 1.0]], [[1, 0, 0, 0, 0]])
    assert result['accuracy'] == pytest.approx((1 + 1 / 4) / 2) and result['num_pairs'] == 4
    assert binary_sync_metrics([[-3.0, 2.0, -1.0]], [[0, 1, 0]])['accuracy'] == 1.0


def test_bins_of_shift():
    scores = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
    # 1.2 - 0.8 is a little less than 0.4, and still belongs to the bin that starts there.
    shifts = np.array([[0.0, 1.2 - 0.8, -0.1], [0.0, -0.5, 3.0]])
    result = binary_sync_metrics(scores, labels_like(scores), shifts)
    assert result['bins'] == {(0, 0.2): 0.5, (0.4, 0.6): 0.75, (2, math.inf): 0}

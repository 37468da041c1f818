"""What one in-sync window and K shifted ones weigh, and where chance lies."""

import math

import pytest
import torch

from mmav_coattn.models.losses import SyncLoss, balanced_weights


def test_weights_by_hand():
    weights = balanced_weights(torch.tensor([[0.0, 1, 0, 0], [1.0, 0, 1, 0]]))
    sixth, quarter = 1 / 6, 1 / 4
    expected = torch.tensor([[sixth, 0.5, sixth, sixth], [quarter] * 4])
    torch.testing.assert_close(weights, expected)


@pytest.mark.parametrize('num_negatives', [1, 3, 7])
def test_chance_is_ln_2_for_any_number_of_windows(num_negatives):
    labels = torch.eye(1 + num_negatives)[[0, 0]]
    assert SyncLoss(0.25)(torch.zeros_like(labels), labels).item() == pytest.approx(math.log(2) / 4)


def test_by_hand():
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, 0.0]])
    labels = torch.tensor([[1.0, 0, 0], [0, 1, 0]])

    def softplus(x):
        return math.log1p(math.exp(x))

    first = 0.5 * softplus(-2.0) + 0.25 * softplus(-1.0) + 0.25 * softplus(0.5)
    second = 0.5 * softplus(-3.0) + 0.5 * softplus(0.0)
    assert SyncLoss()(logits, labels).item() == pytest.approx((first + second) / 2, rel=1e-6)

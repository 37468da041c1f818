import math

import pytest
import torch

from mmav_coattn.models.losses import MaskLoss


def test_by_hand():
    logits = torch.tensor([[[0.0, 2.0], [-1.0, 5.0]]])
    target = torch.tensor([[[1.0, 0.25], [0.0, 1.0]]])
    weight = torch.tensor([[[1.0, 3.0], [2.0, 0.0]]])

    def cross_entropy(x, y):
        p = 1 / (1 + math.exp(-x))
        return -y * math.log(p) - (1 - y) * math.log(1 - p)

    total = cross_entropy(0, 1) + 3 * cross_entropy(2, 0.25) + 2 * cross_entropy(-1, 0)
    assert MaskLoss()(logits, target, weight).item() == pytest.approx(total / 6, rel=1e-6)
    assert MaskLoss(0.5)(logits, target, weight).item() == pytest.approx(total / 12, rel=1e-6)


def test_nothing_mixed():
    logits = torch.randn(1, 2, 3, requires_grad=True)
    loss = MaskLoss()(logits, torch.ones(1, 2, 3), torch.zeros(1, 2, 3))
    loss.backward()
    assert loss.item() == 0 and not logits.grad.any()

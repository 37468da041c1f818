import math

import numpy as np
import pytest
import torch

from mmav_coattn.models.losses import MaskLoss, SyncLoss, TimeContrastLoss, balanced_weights


def cross_entropy(logit, target):
    p = 1 / (1 + math.exp(-logit))
    return -target * math.log(p) - (1 - target) * math.log(1 - p)


def test_sync_loss_weighs_the_in_sync_window_as_all_others():
    weights = balanced_weights(torch.tensor([[0.0, 1, 0, 0], [1.0, 0, 1, 0]]))
    torch.testing.assert_close(weights, torch.tensor([[1 / 6, 0.5, 1 / 6, 1 / 6], [1 / 4] * 4]))
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, 0.0]])
    first = cross_entropy(2, 1) / 2 + cross_entropy(-1, 0) / 4 + cross_entropy(0.5, 0) / 4
    second = cross_entropy(3, 1) / 2 + cross_entropy(0, 0) / 2
    found = SyncLoss()(logits, torch.tensor([[1.0, 0, 0], [0, 1, 0]])).item()
    assert found == pytest.approx((first + second) / 2, rel=1e-6)
    for windows in (2, 4, 8):  # chance
        labels = torch.eye(windows)[[0, 0]]
        assert SyncLoss()(0 * labels, labels).item() == pytest.approx(math.log(2))


def test_mask_loss_by_hand():
    logits = torch.tensor([[[0.0, 2.0], [-1.0, 5.0]]], requires_grad=True)
    target = torch.tensor([[[1.0, 0.25], [0.0, 1.0]]])
    weight = torch.tensor([[[1.0, 3.0], [2.0, 0.0]]])
    total = cross_entropy(0, 1) + 3 * cross_entropy(2, 0.25) + 2 * cross_entropy(-1, 0)
    assert MaskLoss()(logits, target, weight).item() == pytest.approx(total / 6, rel=1e-6)
    nothing_mixed = MaskLoss()(logits, target, 0 * weight)
    nothing_mixed.backward()
    assert nothing_mixed.item() == 0 and not logits.grad.any()


def test_time_contrast_equals_loops():
    clips, windows, locations, bands, steps = 2, 3, 4, 2, 6
    similarity = 3 * torch.randn(clips, windows, locations, bands, steps, steps)
    s = similarity[:, 0].numpy().astype(float)  # window 0 is in sync
    losses = []
    for n in range(clips):
        best = np.empty((steps, steps))
        for t, u in np.ndindex(steps, steps):
            terms = [math.exp(s[n, p, band, t, u]) for p, band in np.ndindex(locations, bands)]
            best[t, u] = math.log(sum(terms) / len(terms))
        for t in range(steps):
            row = math.log(sum(math.exp(best[t, u]) for u in range(steps)))
            column = math.log(sum(math.exp(best[u, t]) for u in range(steps)))
            losses += [row - best[t, t], column - best[t, t]]
    found = TimeContrastLoss()(similarity).item()
    assert found == pytest.approx(np.mean(losses) / 2, abs=1e-5)
    # Chance is the number of steps.
    chance = TimeContrastLoss()(torch.ones(1, 1, 4, 2, 9, 9)).item()
    assert chance == pytest.approx(math.log(9) / 2, abs=1e-5)

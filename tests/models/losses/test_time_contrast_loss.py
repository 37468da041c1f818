"""The contrast over time against loops, and what it rewards."""

import math

import numpy as np
import pytest
import torch

from mmav_coattn.models.losses import TimeContrastLoss


def test_equals_loops():
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
    for weight in (1.0, 0.3):
        found = TimeContrastLoss(weight)(similarity).item()
        assert found == pytest.approx(weight * np.mean(losses), abs=1e-5)
    # Chance is the number of steps.
    chance = TimeContrastLoss(1.0)(torch.ones(1, 1, 4, 2, 9, 9)).item()
    assert chance == pytest.approx(math.log(9), abs=1e-5)

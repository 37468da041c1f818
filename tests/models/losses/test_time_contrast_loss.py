"""The contrast over time against loops, and what it rewards."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmav_coattn.models.losses import TimeContrastLoss
from mmav_coattn.models.necks import Match


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
    assert TimeContrastLoss(1.0)(similarity).item() == pytest.approx(np.mean(losses), abs=1e-5)
    assert TimeContrastLoss(0.3)(similarity).item() == pytest.approx(
        0.3 * np.mean(losses), abs=1e-5
    )


def test_chance_is_the_number_of_steps():
    steps = 9
    still = F.normalize(torch.ones(1, steps, 4, 5), dim=-1)
    similarity = Match(6).similarity(still, still[:, None, :, :1])
    assert TimeContrastLoss(1.0)(similarity).item() == pytest.approx(math.log(steps), abs=1e-5)


def test_one_location_that_explains_the_steps_is_enough():
    steps, locations = 12, 5
    audio = torch.eye(steps)[None, None, :, None]
    visual = F.normalize(torch.randn(1, steps, locations, steps), dim=-1)
    match = Match(6, temperature=0.02)
    loss = TimeContrastLoss(1.0)
    without = loss(match.similarity(visual, audio)).item()
    visual[0, :, 3] = torch.eye(steps)
    assert loss(match.similarity(visual, audio)).item() < 0.01 < 1 < without

import re
from types import SimpleNamespace

import torch
from mmengine.optim import OptimWrapper

from mmav_coattn.experiments.overfit_check import overfit_one_batch
from tests.models.tiny import batch, recognizer


def runner(learning_rate):
    model, loop = recognizer(), SimpleNamespace(dataloader=[batch(2)])
    wrapper = OptimWrapper(torch.optim.Adam(model.parameters(), lr=learning_rate))
    settings = dict(optim_wrapper=None, build_optim_wrapper=lambda cfg: wrapper, train_loop=loop)
    return SimpleNamespace(model=model, **settings)


def test_learns_two_clips_and_stops_early_or_says_what_to_try():
    learned, verdict = overfit_one_batch(runner(1e-2), steps=150)
    pattern = r'Overfit check passed after (\d+) steps .* loss ([\d.]+) -> ([\d.]+),'
    steps, first, last = map(float, re.match(pattern, verdict).groups())
    assert learned and steps < 150 and last < first
    learned, verdict = overfit_one_batch(runner(0.0), steps=6)
    assert not learned and 'failed after 6 steps' in verdict and 'learning rate' in verdict

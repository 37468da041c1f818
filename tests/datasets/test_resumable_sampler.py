import random

import numpy as np
import torch
from mmengine.dataset import DefaultSampler
from torch.utils.data import DataLoader

from mmav_coattn.datasets.resumable_sampler import ResumableSampler

DATA = list(range(23))


def draws(sampler):
    return [(int(draw), draw.seed) for draw in sampler]


def test_order_of_the_default_sampler_a_seed_a_draw_and_skipping_leaves_the_others():
    ours, theirs = ResumableSampler(DATA, seed=3), DefaultSampler(DATA, seed=3)
    seeds = set()
    for epoch in (0, 1, 7):
        ours.set_epoch(epoch)
        theirs.set_epoch(epoch)
        assert list(ours) == list(theirs)
        seeds |= {seed for _, seed in draws(ours)}
    assert len(seeds) == 3 * len(DATA) and all(0 <= seed < 2**32 for seed in seeds)
    sampler = ResumableSampler(DATA, seed=3)
    sampler.set_epoch(2)
    whole = draws(sampler)
    sampler.skip_once(9)
    assert draws(sampler) == whole[9:]
    assert draws(sampler) == whole  # once


class Noise(torch.utils.data.Dataset):
    def __len__(self):
        return len(DATA)

    def __getitem__(self, draw):
        draw.seed_all()
        return random.random(), np.random.rand(), torch.rand(()).item()


def test_random_numbers_do_not_depend_on_the_workers():
    found = []
    for workers in (0, 2):
        sampler = ResumableSampler(DATA, seed=3)
        loader = DataLoader(Noise(), 4, sampler=sampler, num_workers=workers)
        found.append(torch.stack([torch.stack(batch, 1) for batch in list(loader)[:-1]]))
    assert torch.equal(*found) and found[0].unique().numel() == found[0].numel()

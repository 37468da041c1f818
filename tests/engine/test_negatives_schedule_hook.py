from types import SimpleNamespace

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from mmav_coattn.datasets.transforms import SampleSyncWindows
from mmav_coattn.engine.hooks import NegativesScheduleHook
from mmav_coattn.errors import ConfigError

STAGES = [
    dict(epoch=0, negatives='other', min_shift=0.8),
    dict(epoch=2, negatives='same'),
    dict(epoch=3, min_shift=0.4),
]


class Shifts(Dataset):
    """Each item is the min_shift that the worker sees."""

    def __init__(self):
        self.pipeline = SimpleNamespace(transforms=[SampleSyncWindows(1.6, min_shift=0.5)])

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return self.pipeline.transforms[0].min_shift


def runner(dataset, **loader):
    return SimpleNamespace(
        epoch=0,
        model=SimpleNamespace(negatives='same'),
        train_dataloader=DataLoader(dataset, batch_size=1, **loader),
        logger=SimpleNamespace(info=lambda text: None),
    )


@pytest.fixture(autouse=True)
def plain_model(monkeypatch):
    monkeypatch.setattr(
        'mmav_coattn.engine.hooks.negatives_schedule_hook.is_model_wrapper', lambda model: False
    )


@pytest.mark.parametrize(
    'loader', [dict(num_workers=0), dict(num_workers=2, persistent_workers=True)]
)
def test_reaches_model_and_workers(loader):
    run = runner(Shifts(), **loader)
    hook = NegativesScheduleHook(STAGES)
    hook.before_train(run)
    seen = []
    for run.epoch in range(4):
        hook.before_train_epoch(run)
        shifts = {float(batch) for batch in run.train_dataloader}
        seen.append((run.model.negatives, shifts))
    assert seen == [('other', {0.8}), ('other', {0.8}), ('same', {0.8}), ('same', {0.4})]


def test_resumed_epoch_needs_no_history():
    run = runner(Shifts(), num_workers=0)
    run.epoch = 3
    hook = NegativesScheduleHook(STAGES)
    hook.before_train(run)
    hook.before_train_epoch(run)
    assert run.model.negatives == 'same' and run.train_dataloader.dataset[0] == 0.4


def test_refusals():
    for stages in ([], [dict(negatives='same')], [dict(epoch=0)], STAGES[::-1]):
        with pytest.raises(ConfigError):
            NegativesScheduleHook(stages)
    dataset = Shifts()
    dataset.pipeline.transforms[0].max_shift = 0.6
    with pytest.raises(ConfigError, match='max_shift=0.6'):
        NegativesScheduleHook(STAGES).before_train(runner(dataset))
    empty = torch.utils.data.TensorDataset(torch.zeros(1))
    with pytest.raises(ConfigError, match='no SampleSyncWindows'):
        NegativesScheduleHook(STAGES).before_train(runner(empty))

"""Workers that die are replaced, their file is refused by name, and no other batch is lost."""

import os
import signal
import time

import pytest
import torch
from mmengine.runner import Runner
from torch.utils.data import DataLoader, Dataset, get_worker_info

from mmav_coattn.datasets import crash_safe_loader
from mmav_coattn.datasets.crash_safe_loader import CrashSafeDataLoader, refuse_crashing
from mmav_coattn.datasets.reading_note import note_reading
from mmav_coattn.errors import CrashingFileError


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(crash_safe_loader, '_crashed', {})


class Films(Dataset):
    """20 films; reading one of ``deadly`` ends the worker, one that is refused counts as -1."""

    def __init__(self, deadly, number=signal.SIGSEGV, noted=True):
        self.deadly, self.number, self.noted = deadly, number, noted

    def __len__(self):
        return 20

    def __getitem__(self, index):
        name = f'/films/{index}.mp4'
        try:
            refuse_crashing(name)
        except CrashingFileError as error:
            assert error.reason == 'crashed' and str(error).startswith(f'{name}: ended the loader')
            return -1
        if self.noted:
            note_reading(name)
        if index in self.deadly and get_worker_info() is not None:
            os.kill(os.getpid(), self.number)
        return index


def epochs(loader, count=1, pause=0.0):
    found = []
    for _ in range(count):
        found.append([])
        for batch in loader:
            found[-1] += batch.tolist()
            time.sleep(pause)
    return found


@pytest.mark.parametrize('workers', [1, 3])
@pytest.mark.parametrize('stay', [False, True])
def test_everything_else_comes_once_and_in_order(workers, stay):
    loader = CrashSafeDataLoader(
        Films({0, 7, 8}), batch_size=3, num_workers=workers, persistent_workers=stay
    )
    expected = [-1 if index in (0, 7, 8) else index for index in range(20)]
    assert epochs(loader, 2) == [expected, expected]
    assert len(loader) == 7
    how = signal.strsignal(signal.SIGSEGV)
    assert crash_safe_loader._crashed == {f'/films/{index}.mp4': how for index in (0, 7, 8)}


def test_the_sampler_is_asked_once():
    """One whose order nobody could draw again loses nothing either."""
    order = torch.randperm(20, generator=torch.Generator().manual_seed(3)).tolist()
    once = iter(order)
    loader = CrashSafeDataLoader(Films({order[9]}), batch_size=2, num_workers=2, sampler=once)
    assert epochs(loader) == [[-1 if index == order[9] else index for index in order]]


def test_a_death_waits_until_the_trainer_does():
    """Not raised within a training step: here during a pause, in a worker that runs ahead."""
    loader = CrashSafeDataLoader(Films({4}), batch_size=1, num_workers=1, prefetch_factor=6)
    steps = []
    for batch in loader:
        time.sleep(0.3 if not steps else 0.0)
        steps.append(int(batch))
    assert steps == [-1 if index == 4 else index for index in range(20)]


@pytest.mark.parametrize(
    ('number', 'words'),
    [(signal.SIGKILL, 'killed by signal: Killed'), (signal.SIGBUS, 'killed by signal: Bus error')],
)
def test_who_is_killed_from_outside_is_not_replaced(number, words):
    loader = CrashSafeDataLoader(Films({4}, number), batch_size=1, num_workers=1)
    with pytest.raises(RuntimeError, match=words):
        epochs(loader)
    assert not crash_safe_loader._crashed


def test_a_crash_without_a_file_is_no_matter_of_files():
    loader = CrashSafeDataLoader(Films({4}, noted=False), batch_size=1, num_workers=1)
    with pytest.raises(RuntimeError, match='killed by signal: Segmentation fault'):
        epochs(loader)


def test_crashes_without_end_are_no_matter_of_files():
    loader = CrashSafeDataLoader(Films(set(range(20))), batch_size=1, num_workers=1)
    with pytest.raises(RuntimeError, match='killed by signal: Segmentation fault|exited unexp'):
        epochs(loader)
    assert 10 <= len(crash_safe_loader._crashed) <= 11


def test_errors_of_the_data_go_on():
    class Broken(Films):
        def __getitem__(self, index):
            raise RuntimeError('no luck')

    with pytest.raises(RuntimeError, match='no luck'):
        epochs(CrashSafeDataLoader(Broken(set()), num_workers=1))


def test_loaders_of_mmengine_are_of_this_class():
    cfg = dict(sampler=dict(type='DefaultSampler', shuffle=False), batch_size=4)
    loader = Runner.build_dataloader(dict(dataset=Films({1}), num_workers=1, **cfg))
    assert type(loader) is CrashSafeDataLoader
    assert sum((batch for batch in loader), []) == [0, -1, *range(2, 20)]
    crash_safe_loader.apply()
    alone = Runner.build_dataloader(dict(dataset=Films({1}), num_workers=0, **cfg))
    assert sum((batch for batch in alone), []) == [0, -1, *range(2, 20)]
    own = DataLoader(Films(set()))
    assert Runner.build_dataloader(own) is own and type(own) is CrashSafeDataLoader


@pytest.mark.slow
def test_workers_that_are_not_forked():
    loader = CrashSafeDataLoader(
        Films({3}), batch_size=5, num_workers=1, multiprocessing_context='spawn'
    )
    assert epochs(loader) == [[-1 if index == 3 else index for index in range(20)]]

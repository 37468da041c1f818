import os
from multiprocessing import get_context

import pytest
from torch.utils.data import DataLoader, Dataset

from mmav_coattn.datasets import reading_note


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    return tmp_path


class Films(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        reading_note.note_reading(f'/{index}.mp4')
        return index


def in_a_worker(paths):
    """What a forked worker of a loader notes, which then crashes."""

    def work():
        reading_note.get_worker_info = object
        for path in paths:
            reading_note.note_reading(path)
        os._exit(1)  # without a chance to tidy up

    worker = get_context('fork').Process(target=work)
    worker.start()
    worker.join()


def test_the_last_name_once_and_workers_that_live_are_not_dead(notes):
    # A shorter name over a longer one, and one that is not UTF-8.
    for last in ('/b.mp4', os.fsdecode(b'/caf\xe9.mp4')):
        in_a_worker(['/a/very/long/name.mp4', last])
        assert len(list(notes.iterdir())) == 1
        assert reading_note.read_by_dead_workers() == [last]
        assert reading_note.read_by_dead_workers() == [] and not list(notes.iterdir())
    reading_note.note_reading('/a.mp4')  # by the trainer itself
    assert not list(notes.iterdir())
    batches = iter(DataLoader(Films(), num_workers=1, persistent_workers=True))
    next(batches)
    assert len(list(notes.glob('*.reading'))) == 1
    assert reading_note.read_by_dead_workers() == []
    batches._shutdown_workers()
    assert not list(notes.glob('*.reading'))

"""Which file a worker read last, told to the process that it worked for."""

import os

from torch.utils.data import DataLoader, Dataset

from mmav_coattn.datasets import reading_note


class Films(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        reading_note.note_reading(f'/{index}.mp4')
        return index


def in_a_worker(paths):
    """Run in a forked process, as a loader's worker does."""
    pid = os.fork()
    if pid == 0:
        try:
            reading_note.get_worker_info = lambda: object()
            for path in paths:
                reading_note.note_reading(path)
        finally:
            os._exit(1)  # without a chance to tidy up, as in a crash
    os.waitpid(pid, 0)


def test_the_last_name_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    # A shorter name over a longer one, and one that is not UTF-8.
    for last in ('/b.mp4', os.fsdecode(b'/caf\xe9.mp4')):
        in_a_worker(['/a/very/long/name.mp4', last])
        assert len(list(tmp_path.iterdir())) == 1
        assert reading_note.read_by_dead_workers() == [last]
        assert reading_note.read_by_dead_workers() == [] and not list(tmp_path.iterdir())


def test_only_workers_write_notes(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    reading_note.note_reading('/a.mp4')
    assert not list(tmp_path.iterdir())
    assert reading_note.read_by_dead_workers() == []


def test_workers_that_live_are_not_dead(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    loader = DataLoader(Films(), num_workers=1, persistent_workers=True)
    batches = iter(loader)
    next(batches)
    assert len(list(tmp_path.glob('*.reading'))) == 1
    assert reading_note.read_by_dead_workers() == []
    batches._shutdown_workers()
    assert not list(tmp_path.glob('*.reading'))

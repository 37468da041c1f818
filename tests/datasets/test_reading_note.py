"""Which file a worker read last, told to the process that it worked for."""

import os

from mmav_coattn.datasets import reading_note


def in_a_worker(paths):
    """Run in a forked process, as a loader's worker does; its number."""
    pid = os.fork()
    if pid == 0:
        try:
            reading_note.get_worker_info = lambda: object()
            for path in paths:
                reading_note.note_reading(path)
        finally:
            os._exit(1)  # without a chance to tidy up, as in a crash
    os.waitpid(pid, 0)
    return pid


def test_the_last_name_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    # A shorter name over a longer one, and one that is not UTF-8.
    for last in ('/b.mp4', os.fsdecode(b'/caf\xe9.mp4')):
        worker = in_a_worker(['/a/very/long/name.mp4', last])
        assert len(list(tmp_path.iterdir())) == 1
        assert reading_note.last_read(worker) == last
        assert reading_note.last_read(worker) is None and not list(tmp_path.iterdir())


def test_only_workers_write_notes(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_note.tempfile, 'gettempdir', lambda: str(tmp_path))
    reading_note.note_reading('/a.mp4')
    assert not list(tmp_path.iterdir())
    assert reading_note.last_read(os.getpid()) is None

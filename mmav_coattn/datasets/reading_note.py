"""Which file each loader worker is reading, so that its death can be told with the file's name.

A decoder that crashes, or the system that ends a process for its memory, leaves no exception. So a
worker writes the name of the file that it begins to read into a small note of its own, and the
trainer looks for the notes of dead workers.
"""

import multiprocessing
import os
import tempfile
from multiprocessing import util
from pathlib import Path

from torch.utils.data import get_worker_info

_open_notes: dict[int, int] = {}


def _note_of(trainer: int, worker: int | str) -> Path:
    return Path(tempfile.gettempdir(), f'mmav_coattn-{os.getuid()}-{trainer}-{worker}.reading')


def note_reading(path: str) -> None:
    """Note that this process begins to read a file; does nothing outside of loader workers."""
    if get_worker_info() is None:
        return
    pid = os.getpid()
    if pid not in _open_notes:
        note = _note_of(os.getppid(), pid)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        _open_notes[pid] = os.open(note, flags, 0o600)
        # Runs where a worker ends by itself; the note of a killed one is what this is about.
        util.Finalize(None, note.unlink, kwargs=dict(missing_ok=True), exitpriority=0)
    data = os.fsencode(path)
    # The new name over the old one, then the end of the file: never an empty note in between.
    os.pwrite(_open_notes[pid], data + b'\0', 0)


def read_by_dead_workers() -> list[str]:
    """The files that dead workers of this process were reading; their notes are removed."""
    alive = {child.pid for child in multiprocessing.active_children()}
    names = []
    pattern = _note_of(os.getpid(), '*')
    for note in pattern.parent.glob(pattern.name):
        if int(note.stem.rpartition('-')[2]) not in alive:
            names.append(os.fsdecode(note.read_bytes().split(b'\0')[0]))
            note.unlink()
    return names

"""Checkpoints on disk are whole or absent, and resuming finds the newest whole one.

mmengine writes a checkpoint straight into its place, notes its name in ``last_checkpoint``, and
resumes from whatever that file names. A training that is killed, or whose disk is full, while it
saves would leave half a file there and could not be resumed.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from .errors import TrainingError

#: Suffix of a file that is being written; one that is left over is half a file.
PARTIAL = '.partial'


def apply() -> None:
    """Make mmengine write and find checkpoints by the functions here. Safe to call twice."""
    from mmengine.fileio import LocalBackend
    from mmengine.runner import checkpoint, runner

    LocalBackend.put = _put
    for module in (checkpoint, runner):
        module.find_latest_checkpoint = find_newest_checkpoint


def write_whole(data: bytes, path: str | Path) -> None:
    """Write a file so that it is there as a whole or, whatever happens, as it was before.

    Args:
        data (bytes): The content.
        path (str | Path): The file; its folder is made where it does not exist.

    Raises:
        TrainingError: If it cannot be written, for instance because the disk is full.
    """
    path = Path(path)
    partial = path.with_name(path.name + PARTIAL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open('wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # whatever kept it from being written may keep it from going
            partial.unlink()
        raise TrainingError(
            f'{path}: cannot be written ({error.strerror}). What was saved before is untouched: '
            f'free some space or choose another --work-dir, then go on with --resume.'
        ) from error


def _put(self, obj: bytes, filepath: str | Path) -> None:
    write_whole(obj, filepath)


def is_whole(path: str | Path) -> bool:
    """Whether a checkpoint is a whole zip archive, as torch writes them, by its check sums."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return False


def find_newest_checkpoint(path: str | Path) -> str | None:
    """The newest whole ``epoch_*.pth`` or ``iter_*.pth`` of a work folder.

    Args:
        path (str | Path): The folder.

    Returns:
        str | None: Its path, or None if there is none. What is broken is named in the log.
    """
    from mmengine.logging import print_log

    found = [
        (file.stat().st_mtime_ns, int(number.group(1)), file)
        for file in Path(path).glob('*.pth')
        if (number := re.fullmatch(r'(?:epoch|iter)_(\d+)\.pth', file.name))
    ]
    for _, _, file in sorted(found, reverse=True):
        if is_whole(file):
            return str(file)
        print_log(f'{file}: this checkpoint is broken, it is passed over.', logger='current')
    return None

"""Files that are there as a whole or not at all, and a lock between processes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import AcquireReturnProxy, FileLock, Timeout

from mmav_coattn.errors import UserError

#: How the names of files that are being written begin; one that is left over is half a file.
PARTIAL = '.partial.'
#: A disk that is full, a quota or limit that is reached, a file system that is read only.
CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


@contextmanager
def whole_file(path: str | Path, unique: bool = False) -> Iterator[Path]:
    """Write a file under another name in its folder; it gets its own when the block has ended.

    After an exception the file is as it was before. What a killed process left is written over by
    the next one.

    Args:
        path (str | Path): The file; its folder is made where it does not exist.
        unique (bool): Whether several processes may write this file at once: the temporary name
            then has the number of the process. Defaults to False.

    Yields:
        Path: Where to write. The suffix is that of ``path``.

    Raises:
        UserError: If it cannot be written, for instance because the disk is full.
    """
    path = Path(path)
    partial = path.with_name(f'{PARTIAL}{f"{os.getpid()}." if unique else ""}{path.name}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        # On disk before it gets its name: a power cut must not leave an empty file behind.
        with partial.open('r+b') as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        own = {str(each) for each in (partial, path, *path.parents)}
        if error.filename not in own and error.errno not in CANNOT_WRITE:
            raise  # of another file, that the block reads
        raise UserError(
            f'{path}: cannot be written ({error.strerror or error}). What was there before is '
            f'untouched. Free some space or choose another place, and run the command again.'
        ) from error
    finally:
        with suppress(OSError):  # whatever kept it from being written may keep it from going
            partial.unlink(missing_ok=True)


def write_whole(content: bytes | str, path: str | Path, unique: bool = False) -> None:
    """Write bytes, or text as UTF-8; see :func:`whole_file`."""
    with whole_file(path, unique) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


def acquire_lock(path: str | Path, on_wait: Callable[[], None]) -> AcquireReturnProxy:
    """Lock a file, which is made and stays; the system releases it when its holder dies.

    Args:
        path (str | Path): The lock file; its folder must exist.
        on_wait (Callable): Called once if another process holds the lock, before waiting for it.

    Returns:
        AcquireReturnProxy: For ``with``, which releases it.
    """
    lock = FileLock(path)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        return lock.acquire()

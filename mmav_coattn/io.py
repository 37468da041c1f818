"""Whole files: written all at once or not at all; a lock between processes; named arrays."""

import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from filelock import AcquireReturnProxy, FileLock, Timeout
from numpy.typing import ArrayLike

from mmav_coattn.errors import ConfigError, DataNotFoundError, UserError

#: How the names of files that are being written begin; one that is left over is half a file.
PARTIAL = '.partial.'
#: A disk that is full, a quota or limit that is reached, a file system that is read only.
CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


@contextmanager
def whole_file(path: str | Path, unique: bool = False) -> Iterator[Path]:
    """Write a file under a short name, with its suffix; it gets its own when the block has ended.

    Its folder is made where it does not exist. After an exception the file is as it was before.
    What a killed process left is written over by the next one. With ``unique`` several processes
    may write this file at once: the temporary name then has the number of the process.

    Raises:
        UserError: If it cannot be written, for instance because the disk is full.
    """
    path = Path(path).absolute()  # never taken for an address, whatever is in its name
    short = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    partial = path.with_name(f'{PARTIAL}{f"{os.getpid()}." if unique else ""}{short}{path.suffix}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.touch()  # or the block would complain of what it reads
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
    """Lock a file, for ``with``; it is made and stays, and a lock goes when its holder dies.

    ``on_wait`` is called once if another process holds the lock, before waiting for it.
    """
    lock = FileLock(path)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        return lock.acquire()


def features_to_bytes(**arrays: ArrayLike) -> bytes:
    """The content of an ``.npz`` file of named arrays; strings become unicode arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.asarray(values) for name, values in arrays.items()})
    return buffer.getvalue()


def read_features(path: str | Path) -> dict[str, np.ndarray]:
    """All arrays of an ``.npz`` file.

    Raises:
        DataNotFoundError: If there is no such file.
        ConfigError: If it is no ``.npz`` file, or holds Python objects.
    """
    if not Path(path).is_file():
        raise DataNotFoundError(f'{path}: there is no such file of features.')
    try:
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise ConfigError(f'{path}: cannot be read as features ({error}); delete it.') from error

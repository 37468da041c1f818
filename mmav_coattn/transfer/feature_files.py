"""Features on disk: one ``.npz`` file, read without pickles."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from mmav_coattn.errors import ConfigError, DataNotFoundError


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

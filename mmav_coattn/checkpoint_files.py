"""Checkpoints on disk are whole or absent, and resuming finds the newest whole one.

mmengine writes a checkpoint straight into its place, notes its name in ``last_checkpoint``, and
resumes from whatever that file names. A training that is killed, or whose disk is full, while it
saves would leave half a file there and could not be resumed.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .errors import CheckpointError, TrainingError, UserError
from .io import write_whole

#: What every checkpoint of version 0.1 with co-attention holds, and none of later versions.
OF_VERSION_0_1 = 'cls_head.time_contrast.'


def version_0_1_sentence(path: str | Path, names: Iterable[str]) -> str | None:
    """What to say of a checkpoint with these entries, or None where it is of today's network."""
    if any(OF_VERSION_0_1 in name for name in names):
        return (
            f'{path}: is of the network of version 0.1, which this version no longer has; train it '
            "again with one of this version's recipes."
        )
    return None


def read_state(path: str | Path) -> tuple[dict[str, Any], dict]:
    """Entries of a checkpoint, without a leading ``module.``, and its meta information.

    Raises:
        CheckpointError: If it cannot be read, or holds no network.
    """
    from mmengine.runner.checkpoint import CheckpointLoader

    content = CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    state = content.get('state_dict', content) if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise CheckpointError(f'{path}: holds no state_dict. Give a checkpoint of a network.')
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    return state, content.get('meta') or {}


def apply() -> None:
    """Make mmengine write and find checkpoints by the functions here. Safe to call twice."""
    from mmengine.fileio import LocalBackend
    from mmengine.runner import checkpoint, runner

    LocalBackend.put = _put
    for module in (checkpoint, runner):
        module.find_latest_checkpoint = find_newest_checkpoint


def _put(self, obj: bytes, filepath: str | Path) -> None:
    try:
        write_whole(obj, filepath)
    except UserError as error:
        raise TrainingError(
            f'{error} A training goes on with --resume, from another --work-dir if need be.'
        ) from error


def is_whole(path: str | Path) -> bool:
    """Whether a checkpoint is a whole zip archive, as torch writes them, by its check sums."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return False


def find_newest_checkpoint(path: str | Path) -> str | None:
    """The newest whole ``epoch_*.pth`` or ``iter_*.pth`` of a work folder, None if there is none.

    What is broken is named in the log.
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

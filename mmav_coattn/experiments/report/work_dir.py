"""What training and testing left in a work directory."""

import json
from pathlib import Path
from typing import NamedTuple

from mmav_coattn.checkpoint_files import find_newest_checkpoint
from mmav_coattn.errors import DataNotFoundError, UserError


class WorkDir(NamedTuple):
    """A work directory; what is absent is None or empty."""

    path: Path  #: The directory.
    config: Path | None  #: The config that training left there.
    checkpoint: Path | None  #: The newest whole one.
    #: Figures of each evaluation by ``tools/test.py``, by its folder, newest first. They have
    #: mmengine's keys, for instance ``sync/accuracy``, and are None where the file has null.
    tests: dict[str, dict[str, float | None]]


def read_work_dir(path: str | Path) -> WorkDir:
    """Find what a work directory holds, evaluations in subfolders as well.

    Raises:
        DataNotFoundError: If there is no such directory.
        UserError: If a file of results is no JSON.
    """
    path = Path(path)
    if not path.is_dir():
        raise DataNotFoundError(f'{path}: there is no such work directory.')
    configs = sorted(path.glob('*.py'), key=lambda file: file.stat().st_mtime)
    tests = {}
    # mmengine names the folder of a run and its files by the same time stamp.
    for file in sorted(path.rglob('*/*.json'), key=lambda file: file.stem, reverse=True):
        if file.stem != file.parent.name:
            continue
        try:
            record = json.loads(file.read_text(encoding='utf-8'))
        except json.JSONDecodeError as error:
            raise UserError(f'{file}: not a JSON file of results ({error}).') from error
        # A metric's figures have its prefix; times and the like have none.
        figures = {key: value for key, value in record.items() if '/' in key}
        if figures:
            tests[file.parent.relative_to(path).as_posix()] = figures
    newest = find_newest_checkpoint(path)
    return WorkDir(path, configs[-1] if configs else None, newest and Path(newest), tests)

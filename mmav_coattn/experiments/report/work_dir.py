"""What training and testing left in a work directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from mmav_coattn.errors import DataNotFoundError, UserError


class TestRun(NamedTuple):
    """One evaluation by ``tools/test.py``."""

    # pytest would take the name for that of a class of tests.
    __test__ = False

    name: str  #: Its folder, relative to the work directory.
    #: By mmengine's key, for instance ``sync/accuracy``; None where the file has null.
    figures: dict[str, float | None]


class WorkDir(NamedTuple):
    """A work directory."""

    path: Path  #: The directory.
    config: Path | None  #: The config that training left there.
    checkpoint: Path | None  #: The last one, or where only others are left the newest.
    tests: list[TestRun]  #: Newest first.


def read_work_dir(path: str | Path) -> WorkDir:
    """Find what a work directory holds; what is absent is None or empty.

    Evaluations may lie in subfolders, as ``make demo`` puts them into ``test``.

    Raises:
        DataNotFoundError: If there is no such directory.
        UserError: If a file of results is no JSON.
    """
    path = Path(path)
    if not path.is_dir():
        raise DataNotFoundError(f'{path}: there is no such work directory.')
    configs = sorted(path.glob('*.py'), key=lambda file: file.stat().st_mtime)
    tests = []
    # mmengine names the folder of a run and its files by the same time stamp.
    for file in sorted(path.rglob('*/*.json'), key=lambda file: file.stem, reverse=True):
        if file.stem == file.parent.name:
            figures = _read_figures(file)
            if figures:
                name = file.parent.relative_to(path).as_posix()
                tests.append(TestRun(name, figures))
    return WorkDir(path, configs[-1] if configs else None, _last_checkpoint(path), tests)


def _read_figures(file: Path) -> dict[str, float | None]:
    lines = [line for line in file.read_text(encoding='utf-8').splitlines() if line.strip()]
    try:
        records = [json.loads(line) for line in lines]
    except json.JSONDecodeError as error:
        raise UserError(f'{file}: not a JSON file of results ({error}).') from error
    # A metric's figures have its prefix; times and the like have none.
    return {
        key: value
        for record in records
        if isinstance(record, dict)
        for key, value in record.items()
        if '/' in key and (value is None or isinstance(value, (int, float)))
    }


def _last_checkpoint(path: Path) -> Path | None:
    note = path / 'last_checkpoint'
    if note.is_file():
        # The folder may have been moved since the note was written.
        noted = path / Path(note.read_text(encoding='utf-8').strip()).name
        if noted.is_file():
            return noted
    found = sorted(path.glob('*.pth'), key=lambda file: file.stat().st_mtime)
    return found[-1] if found else None

"""Lists of videos: the files below a folder, or the lines of an annotation file."""

import csv
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mmav_coattn.errors import ConfigError

_LABEL = re.compile('-?[0-9]+')
_PATH_AND_LABEL = re.compile(r'(.*\S)[ \t]+(-?[0-9]+)')
#: File name suffixes that are taken for videos in a folder.
VIDEO_SUFFIXES = frozenset(
    '.3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .ts .webm .wmv'.split()
)


def find_videos(root: Path) -> list[str]:
    """All video files below a folder, by their suffix, in alphabetical order.

    Paths are relative to ``root``, with forward slashes. Links to folders are followed, each folder
    once; hidden files and folders are left out.

    Raises:
        ConfigError: If a folder cannot be listed, for instance for lack of permission.
    """

    def refuse(error: OSError) -> None:
        raise ConfigError(
            f'{error.filename}: this folder cannot be listed ({error.strerror}), so the videos in '
            f'it would be missing. Make it readable, or move it out of the data root.'
        ) from error

    found = []
    seen = set()
    for folder, subfolders, names in os.walk(root, onerror=refuse, followlinks=True):
        real = Path(folder).resolve()
        if real in seen:
            subfolders.clear()
            continue
        seen.add(real)
        subfolders[:] = [name for name in subfolders if not name.startswith('.')]
        found += [
            (Path(folder) / name).relative_to(root).as_posix()
            for name in names
            if not name.startswith('.') and Path(name).suffix.lower() in VIDEO_SUFFIXES
        ]
    return sorted(found)


def fits_list(path: str, table: bool) -> bool:
    """Whether a table, or else a list of lines, gives this path back when it is read."""
    if not table and (re.search(r'^\s|[\r\n]|\s$', path) or _PATH_AND_LABEL.fullmatch(path)):
        return False
    return not re.search(r'[\ud800-\udfff]', path)  # which is no UTF-8


def read_annotations(ann_file: Path, root: str) -> list[dict]:
    """Read an annotation file with ``path`` or ``path label`` a line, UTF-8.

    Blank lines are skipped. A path may hold spaces; it starts from the folder ``root``, absolute. A
    label is a whole number, the last word of its line. There are labels if any line has one.

    Items have ``relpath``, ``label`` (-1 for none) and ``line`` (from 1).

    Raises:
        ConfigError: If the file is empty, is no text, has some labels, or a path outside ``root``.
    """
    try:
        text = ann_file.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise ConfigError(f'{ann_file}: this annotation file is not UTF-8 text.') from error
    lines = [(number, line.strip()) for number, line in enumerate(text.split('\n'), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        raise ConfigError(f'{ann_file}: this annotation file names no video; it is empty.')
    matches = [_PATH_AND_LABEL.fullmatch(line) for _, line in lines]
    has_labels = any(matches)
    items = []
    for (number, line), match in zip(lines, matches, strict=True):
        if has_labels and match is None:
            raise ConfigError(
                f'{ann_file} line {number}: {line!r} does not end with a whole number as its label '
                f'(other lines do). Make it a .csv table with the columns file and label.'
            )
        path, label = match.groups() if match else (line, -1)
        path = _inside(path, root, f'{ann_file} line {number}')
        items.append(dict(relpath=path, label=int(label), line=number))
    return items


def read_table(ann_file: Path, root: str) -> list[dict]:
    """Read a table (CSV, UTF-8) whose first line names its columns, one ``file`` or ``path``.

    A column ``label`` holds the class as a whole number, or nothing. Items are as those of
    :func:`read_annotations`, with ``columns``: all columns but that of the path, as strings.

    Raises:
        ConfigError: If the file is no text, has no such column or no row, a row does not fit the
            columns, a label is no whole number, or a path leads outside ``root``.
    """
    try:
        # Read line by line: the whole text of a large table is several times its size in memory.
        with ann_file.open(encoding='utf-8-sig', newline='') as file:
            items = list(_iter_table(csv.DictReader(file), ann_file, root))
    except UnicodeDecodeError as error:
        raise ConfigError(f'{ann_file}: this table is not UTF-8 text.') from error
    except csv.Error as error:
        raise ConfigError(f'{ann_file}: this table cannot be read: {error}.') from error
    if not items:
        raise ConfigError(f'{ann_file}: this table names no video; it has no row.')
    return items


def _iter_table(table: csv.DictReader, ann_file: Path, root: str) -> Iterator[dict]:
    names = table.fieldnames or []
    column = 'file' if 'file' in names else 'path'
    if column not in names:
        raise ConfigError(
            f'{ann_file}: its first line must name the columns, one of them file or path; it is '
            f'{",".join(names)!r}.'
        )
    for row in table:
        where = f'{ann_file} line {table.line_num}'
        path = row.pop(column)
        if not path:
            raise ConfigError(f'{where}: this row names no {column}.')
        cells = len(names) + len(row.get(None, ())) - list(row.values()).count(None)
        if cells != len(names):
            raise ConfigError(
                f'{where}: this row has {cells} cells, but the first line names {len(names)} '
                f'columns.'
            )
        label = row.get('label') or '-1'
        if not _LABEL.fullmatch(label):
            raise ConfigError(
                f'{where}: the label {label!r} is no whole number. Give the number of the class, '
                f'or name the column of its name otherwise, e.g. class.'
            )
        # Equal cells share one string: most columns hold few values.
        columns = {name: sys.intern(cell) for name, cell in row.items()}
        path = _inside(path, root, where)
        yield dict(relpath=path, label=int(label), line=table.line_num, columns=columns)


def is_held_out(relpath: str, fraction: float) -> bool:
    """Whether a file belongs to the held-out share of a folder.

    Decided by a hash of its path, so that it stays there when files come or go, on any machine.
    """
    digest = hashlib.sha256(os.fsencode(relpath)).digest()
    return int.from_bytes(digest[:8], 'big') < fraction * 2**64


def _inside(path: str, root: str, where: str) -> str:
    """The path relative to ``root``."""
    # Only such paths can lead outside; resolving each would take seconds for a large set.
    if '..' not in path and not path.startswith('/'):
        return path
    full = Path(os.path.normpath(os.path.join(root, path)))  # noqa: PTH118
    if not full.is_relative_to(root):
        raise ConfigError(
            f'{where}: {path!r} leads outside the data root {root}; choose a data_root that holds '
            f'all files.'
        )
    return full.relative_to(root).as_posix()

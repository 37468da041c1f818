"""From the clips of an official list, or from a folder of files, to annotation files."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from mmav_coattn.datasets.grid_words_dataset import grid_columns
from mmav_coattn.datasets.video_lists import fits_list, is_held_out
from mmav_coattn.errors import ConfigError
from mmav_coattn.io import whole_file

from .video_index import Clip, find_clip, index_videos, named_twice


def make_list(
    clips: Sequence[Clip], root: Path, out: Path, subset: int | None = None, seed: int = 0
) -> dict:
    """Write an annotation file of those clips whose files are below ``root``.

    Beside ``out`` (see :func:`write_list`) go ``<out>.missing.txt``, the clips without a file, and
    where the clips have classes, ``<out>.classes.txt``. Classes are numbered in alphabetical order,
    those of the whole official list, not only of what is there. With ``subset`` only so many clips
    are written, see :func:`choose_subset`.

    Returns how many are ``listed``, ``found``, ``missing``, ``written``, ``classes_without_files``.

    Raises:
        ConfigError: If no file is found, or fewer than ``subset`` asks for.
    """
    by_stem = index_videos(root)
    paths = [(clip, find_clip(by_stem, clip)) for clip in clips]
    found = [(clip, path) for clip, path in paths if path]
    if not found:
        tried = ', '.join(f'{stem}.*' for stem in list(clips[0].stems())[:4])
        none = f'none of the {len(clips)} listed clips has a file there'
        raise ConfigError(f'{root}: {none}; the first one could be called {tried}.')
    categories = sorted({clip.category for clip in clips} - {''})
    rows = []
    for clip, path in found if subset is None else choose_subset(found, subset, seed):
        start, end = ('' if time is None else f'{time:g}' for time in (clip.start, clip.end))
        row = dict(file=path, id=clip.name, start=start, end=end, **clip.columns)
        if categories:
            row |= dict(label=categories.index(clip.category), category=clip.category)
        rows.append(row)
    write_list(out, rows)
    missing = [clip.key for clip, path in paths if not path]
    _write_beside(out, 'missing', missing)
    if categories:
        _write_beside(out, 'classes', categories)
    there = {clip.category for clip, _ in found}
    without = [name for name in categories if name not in there]
    counts = dict(listed=len(clips), found=len(found), missing=len(missing), written=len(rows))
    return counts | dict(classes_without_files=without)


def choose_subset(
    found: Sequence[tuple[Clip, str]], count: int, seed: int
) -> list[tuple[Clip, str]]:
    """So many clips with their files, in the order of ``found``, the same ones on any machine.

    Clips are ranked by a hash of the seed and their identity and the first ones are taken, so a
    smaller subset of one seed is part of a larger one, and a clip that is missing is replaced by
    the next in rank, while all others stay.

    Raises:
        ConfigError: If there are fewer clips.
    """
    if not 0 < count <= len(found):
        raise ConfigError(
            f'A subset of {count} clips was asked for, but {len(found)} of the listed clips have a '
            f'file. Download more, or ask for fewer.'
        )

    def rank(index: int) -> bytes:
        return hashlib.sha256(f'{seed}\0{found[index][0].key}'.encode()).digest()

    chosen = sorted(sorted(range(len(found)), key=rank)[:count])
    return [found[index] for index in chosen]


def make_folder_lists(
    root: Path,
    out: Path,
    held_out: float = 0.0,
    labels: bool = False,
    grid: bool = False,
    by_speaker: bool = False,
) -> dict:
    """Lists of the videos of a folder that no official list names.

    Returns ``found``, ``written`` (files by list) and ``left_out`` (paths).

    Args:
        out (Path): ``train.csv``, say; with ``held_out``, ``val.csv`` is written beside it.
        held_out (float): Share of the files that go into ``val``, chosen by a hash.
        labels (bool): The folder that holds a file, seen from ``root``, is its class.
        grid (bool): Only sentences of GRID; the table has speaker and words.
        by_speaker (bool): Whole speakers of GRID are held out instead of files.

    Raises:
        ConfigError: If a list would be empty, or with ``labels`` a file lies in no folder.
    """
    paths = sorted(path for paths in index_videos(root).values() for path in paths)
    rows: list[dict] = [dict(file=path) for path in paths]
    if grid:
        words = [(path, grid_columns(PurePosixPath(path).stem)) for path in paths]
        rows = [dict(file=path, speaker=grid_speaker(path), **row) for path, row in words if row]
    if labels:
        for row in rows:
            row['category'] = PurePosixPath(row['file']).parent.as_posix()
            if row['category'] == '.':
                where = root / row['file']
                raise ConfigError(f'{where}: lies in no folder of a class; with labels, each must.')
        names = sorted({row['category'] for row in rows})
        _write_beside(out, 'classes', names)
        for row in rows:
            row['label'] = names.index(row['category'])
    parts = {out: rows}
    if held_out:
        key = 'speaker' if by_speaker else 'file'
        marked = [(row, is_held_out(row[key], held_out)) for row in rows]
        train, val = ([row for row, mark in marked if mark is part] for part in (False, True))
        parts = {out: train, out.with_name(f'val{out.suffix}'): val}
    for path, part in parts.items():
        if not part:
            raise ConfigError(
                f'{path}: this list would be empty: {len(rows)} videos of {root} were split with '
                f'a held-out share of {held_out}. Choose another share.'
            )
        write_list(path, part)
    return dict(
        found=len(paths),
        written={str(path): len(part) for path, part in parts.items()},
        left_out=sorted(set(paths) - {row['file'] for row in rows}),
    )


def grid_speaker(path: str) -> str:
    """The speaker of a GRID video, the folder ``s1`` to ``s34``; empty if no folder says so."""
    folders = PurePosixPath(path).parts[:-1]
    return next((name for name in folders if name[:1] == 's' and name[1:].isdigit()), '')


def write_list(path: Path, rows: Sequence[dict]) -> None:
    """Write a table (``.csv``) or a list of ``path`` or ``path label`` lines, atomically.

    Raises:
        ConfigError: If two rows name the same file, or a name does not fit into such a list.
    """
    double = named_twice(row['file'] for row in rows)
    if double:
        raise ConfigError(
            f'{path}: {len(double)} files would be listed more than once, e.g. {double[0]}.'
        )
    is_table = path.suffix == '.csv'
    for row in rows:
        if not fits_list(row['file'], is_table):
            why = 'which this list cannot hold; rename the file, or give a list that ends with .csv'
            raise ConfigError(f'{path}: there is a file named {row["file"]!r}, {why}.')
    with whole_file(path) as part, part.open('w', encoding='utf-8', newline='') as file:
        if is_table:
            table = csv.DictWriter(file, list(rows[0]) if rows else ['file'])
            table.writeheader()
            table.writerows(rows)
        else:
            for row in rows:
                label = f' {row["label"]}' if 'label' in row else ''
                file.write(f'{row["file"]}{label}\n')


def _write_beside(out: Path, what: str, lines: Sequence[str]) -> None:
    text = ''.join(f'{line}\n' for line in lines)
    out.with_name(f'{out.stem}.{what}.txt').write_text(text, encoding='utf-8')

"""From the clips of an official list and a folder of files to annotation files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from mmav_coattn.datasets.grid_words_dataset import grid_columns
from mmav_coattn.datasets.video_lists import is_held_out
from mmav_coattn.errors import ConfigError
from mmav_coattn.io import whole_file

from .video_index import Clip, VideoIndex, named_twice


def make_list(
    clips: Sequence[Clip],
    root: Path,
    out: Path,
    subset: int | None = None,
    seed: int = 0,
) -> dict:
    """Write an annotation file of those clips whose files are there.

    Beside ``out`` go ``<out>.missing.txt``, the clips without a file, and where the clips have
    classes, ``<out>.classes.txt``. Classes are numbered in alphabetical order, those of the whole
    official list, not only of what is there.

    Args:
        clips (Sequence[Clip]): Of an official list.
        root (Path): Folder of the videos.
        out (Path): The file to write: a ``.csv`` table, or else ``path`` or ``path label`` a line.
        subset (int, optional): Only so many clips, chosen by ``seed``; see :func:`choose_subset`.
        seed (int): Which subset.

    Returns:
        dict: ``listed``, ``found``, ``missing``, ``written`` (numbers of clips), and
        ``classes_without_files``.

    Raises:
        ConfigError: If no file is found, or fewer than ``subset`` asks for.
        DataNotFoundError: If there is no folder ``root``.
    """
    index = VideoIndex(root)
    found, missing = index.split(clips)
    if not found:
        tried = ', '.join(f'{stem}.*' for stem in list(clips[0].stems())[:4])
        raise ConfigError(
            f'{root}: none of the {len(clips)} listed clips has a file there; the first one could '
            f'be called {tried}.'
        )
    categories = sorted({clip.category for clip in clips}) if any(c.category for c in clips) else []
    numbers = {name: number for number, name in enumerate(categories)}
    chosen = found if subset is None else choose_subset(found, subset, seed)
    rows = [
        dict(
            file=path,
            **(dict(label=numbers[clip.category], category=clip.category) if numbers else {}),
            id=clip.name,
            start='' if clip.start is None else f'{clip.start:g}',
            end='' if clip.end is None else f'{clip.end:g}',
            **clip.columns,
        )
        for clip, path in chosen
    ]
    write_list(out, rows)
    _beside(out, 'missing').write_text(''.join(f'{c.key}\n' for c in missing), encoding='utf-8')
    if numbers:
        _write_classes(out, categories)
    there = {clip.category for clip, _ in found}
    return dict(
        listed=len(clips),
        found=len(found),
        missing=len(missing),
        written=len(rows),
        classes_without_files=[name for name in numbers if name not in there],
    )


def choose_subset(
    found: Sequence[tuple[Clip, str]], count: int, seed: int
) -> list[tuple[Clip, str]]:
    """So many clips, the same ones on any machine, whatever order they come in.

    Clips are ranked by a hash of the seed and their identity and the first ones are taken, so a
    smaller subset of one seed is part of a larger one, and a clip that is missing is replaced by
    the next in rank, while all others stay.

    Returns:
        list[tuple[Clip, str]]: In the order of ``found``.

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
    columns: Callable[[str], dict[str, str] | None] | None = None,
    group: Callable[[str], str] = str,
    labels: bool = False,
) -> dict:
    """Lists of the videos of a folder that no official list names.

    Args:
        root (Path): The folder.
        out (Path): ``train.csv``, say; with ``held_out``, ``val.csv`` is written beside it.
        held_out (float): Share of the groups that go into ``val``, chosen by a hash.
        columns (Callable, optional): More columns from a path, or None for a file that does not
            belong to the set.
        group (Callable): What must not be torn apart by the split, from a path: a speaker, say.
            Defaults to the path itself.
        labels (bool): Whether the folder that holds a file, seen from ``root``, is its class.

    Returns:
        dict: ``found``, ``written`` (files by list) and ``left_out`` (paths).

    Raises:
        ConfigError: If a list would be empty, or with ``labels`` a file lies in no folder.
        DataNotFoundError: If there is no folder ``root``.
    """
    paths = sorted(path for paths in VideoIndex(root).by_stem.values() for path in paths)
    rows, left_out = [], []
    for path in paths:
        more = columns(path) if columns else {}
        if more is None:
            left_out.append(path)
            continue
        row = dict(file=path)
        if labels:
            parent = PurePosixPath(path).parent.as_posix()
            if parent == '.':
                raise ConfigError(
                    f'{root / path}: lies in no folder of a class; with labels, each file must.'
                )
            row['category'] = parent
        rows.append({**row, **more})
    if labels:
        names = sorted({row['category'] for row in rows})
        _write_classes(out, names)
        rows = [{**row, 'label': names.index(row['category'])} for row in rows]
    parts = {out: rows}
    if held_out:
        val = [row for row in rows if is_held_out(group(row['file']), held_out)]
        train = [row for row in rows if not is_held_out(group(row['file']), held_out)]
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
        left_out=left_out,
    )


def grid_file(path: str) -> dict[str, str] | None:
    """Columns of a GRID video: its speaker, the folder ``s<number>`` it lies in, and its words."""
    words = grid_columns(PurePosixPath(path).stem)
    return None if words is None else dict(speaker=grid_speaker(path), **words)


def grid_speaker(path: str) -> str:
    """The speaker of a GRID video, ``s1`` to ``s34``; empty if no folder says so."""
    for part in PurePosixPath(path).parts[:-1]:
        if part[:1] == 's' and part[1:].isdigit():
            return part
    return ''


def write_list(path: Path, rows: Sequence[dict]) -> None:
    """Write a table (``.csv``) or a list of ``path`` or ``path label`` lines, atomically.

    Raises:
        ConfigError: If two rows name the same file.
    """
    double = named_twice(row['file'] for row in rows)
    if double:
        raise ConfigError(
            f'{path}: {len(double)} files would be listed more than once, e.g. {double[0]}.'
        )
    with whole_file(path) as part, part.open('w', encoding='utf-8', newline='') as file:
        if path.suffix == '.csv':
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
        else:
            for row in rows:
                file.write(
                    f'{row["file"]} {row["label"]}\n' if 'label' in row else f'{row["file"]}\n'
                )


def _write_classes(out: Path, names: Sequence[str]) -> None:
    """Write class names beside a list, one a line, in the order of their numbers."""
    _beside(out, 'classes').write_text(''.join(f'{name}\n' for name in names), encoding='utf-8')


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f'{out.stem}.{what}.txt')

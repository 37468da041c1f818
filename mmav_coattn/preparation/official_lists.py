"""Reading the lists in which the public sets name their videos.

Each function takes the official file as it is published and returns clips; nothing is looked for
on the disk here. A file that does not exist raises :class:`DataNotFoundError`; one that is
malformed, or names no clip, :class:`ConfigError`.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

from mmav_coattn.errors import ConfigError, DataNotFoundError

from .video_index import Clip

#: The classes of Kinetics-Sounds (Arandjelovic and Zisserman, "Look, Listen and Learn", ICCV 2017)
#: that the released Kinetics-400 has: 31 of the paper's 34, which named a version before release.
KINETICS_SOUNDS = (
    'blowing nose', 'blowing out candles', 'bowling', 'chopping wood', 'dribbling basketball',
    'laughing', 'mowing lawn', 'playing accordion', 'playing bagpipes', 'playing bass guitar',
    'playing clarinet', 'playing drums', 'playing guitar', 'playing harmonica',
    'playing keyboard', 'playing organ', 'playing piano', 'playing saxophone',
    'playing trombone', 'playing trumpet', 'playing violin', 'playing xylophone',
    'ripping paper', 'shoveling snow', 'shuffling cards', 'singing', 'stomping grapes',
    'tap dancing', 'tapping guitar', 'tapping pen', 'tickling',
)  # fmt: skip


def read_audioset(segments: Path, ontology: Path | None = None) -> list[Clip]:
    """AudioSet's ``*_segments.csv``: comments, then ``id, start, end, "mid,mid"`` a line.

    Args:
        segments (Path): The file.
        ontology (Path, optional): ``class_labels_indices.csv``, to name the classes.

    Returns:
        list[Clip]: With the column ``labels``, names or machine ids separated by ``;``.
    """
    names = {}
    if ontology is not None:
        names = {row[1]: row[2] for _, row in _read_csv(ontology) if row[0] != 'index'}
    clips = []
    for line, row in _read_csv(segments):
        if row[0].startswith('#'):
            continue
        if len(row) != 4:
            raise ConfigError(
                f'{segments} line {line}: AudioSet has 4 columns (id, start, end, labels), this '
                f'line has {len(row)}.'
            )
        labels = ';'.join(names.get(mid, mid) for mid in row[3].split(','))
        start, end = _seconds(row[1], segments, line), _seconds(row[2], segments, line)
        clips.append(Clip(row[0], start, end, columns=dict(labels=labels)))
    return _some(clips, segments)


def read_kinetics(annotation: Path, classes: Collection[str] | None = None) -> list[Clip]:
    """Kinetics' CSV: ``label,youtube_id,time_start,time_end,...`` with a header.

    Args:
        annotation (Path): The file of one split.
        classes (Collection[str], optional): Only these. Defaults to None, all.
    """
    rows = _read_csv(annotation)
    header = rows[0][1] if rows else []
    wanted = ('label', 'youtube_id', 'time_start', 'time_end')
    lacking = [name for name in wanted if name not in header]
    if lacking:
        raise ConfigError(f'{annotation}: its first line lacks the column {lacking[0]!r}.')
    columns = [header.index(name) for name in wanted]
    clips = []
    for line, row in rows[1:]:
        if len(row) <= max(columns):
            raise ConfigError(f'{annotation} line {line}: this line has only {len(row)} columns.')
        category, name, start, end = (row[column] for column in columns)
        begin, end = _seconds(start, annotation, line), _seconds(end, annotation, line)
        clips.append(Clip(name, begin, end, category.replace('_', ' ')))
    if classes is not None:
        unknown = sorted(set(classes) - {clip.category for clip in clips})
        if unknown:
            raise ConfigError(f'{annotation}: it has no class {", ".join(unknown)}.')
        clips = [clip for clip in clips if clip.category in set(classes)]
    return _some(clips, annotation)


def read_vggsound(annotation: Path, split: str) -> list[Clip]:
    """VGGSound's ``vggsound.csv``: ``id,start,label,split`` a line, without a header.

    Args:
        annotation (Path): The file.
        split (str): ``'train'`` or ``'test'``.
    """
    clips = []
    for line, row in _read_csv(annotation):
        if len(row) != 4:
            raise ConfigError(
                f'{annotation} line {line}: VGGSound has 4 columns (id, start, label, split), this '
                f'line has {len(row)}.'
            )
        if row[3] == split:
            start = _seconds(row[1], annotation, line)
            clips.append(Clip(row[0], start, start + 10, row[2]))
    return _some(clips, annotation, f' of the split {split!r}')


def read_flickr(names: Path) -> list[Clip]:
    """Flickr-SoundNet: an id or an address a line; what follows the first comma is left out.

    An address stands for the last part of its path without suffix.
    """
    clips = {}
    for _, row in _read_csv(names):
        name = row[0].rstrip('/').rpartition('/')[2]
        stem, dot, suffix = name.rpartition('.')
        if dot and suffix.lower() in ('mp4', 'jpg', 'wav', 'mp3', 'flv', 'avi', 'mov'):
            name = stem
        clips.setdefault(name, Clip(name))
    return _some(list(clips.values()), names)


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers and stripped cells of the lines that are not blank."""
    if not path.is_file():
        raise DataNotFoundError(
            f'{path}: there is no such list. tools/data/README.md says where it is published.'
        )
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            table = csv.reader(file, skipinitialspace=True)
            return [(table.line_num, [cell.strip() for cell in row]) for row in table if any(row)]
    except UnicodeDecodeError as error:
        raise ConfigError(f'{path}: this list is not UTF-8 text.') from error


def _seconds(cell: str, path: Path, line: int) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise ConfigError(f'{path} line {line}: {cell!r} is no time in seconds.') from error


def _some(clips: list[Clip], path: Path, what: str = '') -> list[Clip]:
    if not clips:
        raise ConfigError(f'{path}: this list names no video{what}.')
    return clips

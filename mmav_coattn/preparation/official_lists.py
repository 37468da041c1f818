"""Reading the lists in which the public sets name their videos.

Each function takes the official file as it is published and returns clips; nothing is looked for
on the disk here. A file that does not exist raises :class:`DataNotFoundError`; one that is
malformed, or names no clip, :class:`ConfigError`.
"""

import csv
from collections.abc import Collection, Sequence
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

    Clips have a column ``labels``, separated by ``;``: machine ids, or names with ``ontology``,
    the set's ``class_labels_indices.csv``.
    """
    rows = _read_rows(ontology, ('mid', 'display_name'), header=True) if ontology else []
    names = {row['mid']: row['display_name'] for row in rows}
    clips = []
    for row in _read_rows(segments, ('id', 'start', 'end', 'labels')):
        labels = ';'.join(names.get(mid, mid) for mid in row['labels'].split(','))
        clips.append(Clip(row['id'], row['start'], row['end'], columns=dict(labels=labels)))
    return _some(clips, segments)


def read_kinetics(annotation: Path, classes: Collection[str] | None = None) -> list[Clip]:
    """Kinetics' CSV of a split: ``label,youtube_id,time_start,time_end,...`` with a header.

    With ``classes`` only the clips of these.
    """
    columns = ('label', 'youtube_id', 'time_start', 'time_end')
    clips = [
        Clip(x['youtube_id'], x['time_start'], x['time_end'], x['label'].replace('_', ' '))
        for x in _read_rows(annotation, columns, header=True)
    ]
    if classes is not None:
        unknown = sorted(set(classes) - {clip.category for clip in clips})
        if unknown:
            raise ConfigError(f'{annotation}: it has no class {", ".join(unknown)}.')
        clips = [clip for clip in clips if clip.category in classes]
    return _some(clips, annotation)


def read_vggsound(annotation: Path, split: str) -> list[Clip]:
    """A split, 'train' or 'test', of ``vggsound.csv``: ``id,start,label,split`` a line."""
    clips = [
        Clip(row['id'], row['start'], row['start'] + 10, row['label'])
        for row in _read_rows(annotation, ('id', 'start', 'label', 'split'))
        if row['split'] == split
    ]
    return _some(clips, annotation, f' of the split {split!r}')


def read_flickr(names: Path) -> list[Clip]:
    """Flickr-SoundNet: an id or an address a line; what follows the first comma is left out.

    An address stands for the last part of its path without suffix.
    """
    clips = {}
    for row in _read_rows(names, ('name',)):
        name = row['name'].rstrip('/').rpartition('/')[2]
        stem, dot, suffix = name.rpartition('.')
        if dot and suffix.lower() in ('mp4', 'jpg', 'wav', 'mp3', 'flv', 'avi', 'mov'):
            name = stem
        clips.setdefault(name, Clip(name))
    return _some(list(clips.values()), names)


def _read_rows(path: Path, columns: Sequence[str], header: bool = False) -> list[dict]:
    """Cells of each line by column, times as seconds; with ``header`` the first line names them."""
    if not path.is_file():
        published = 'tools/data/README.md says where it is published'
        raise DataNotFoundError(f'{path}: there is no such list. {published}.')
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            table = csv.reader(file, skipinitialspace=True)
            lines = [(table.line_num, [cell.strip() for cell in row]) for row in table if any(row)]
    except UnicodeDecodeError as error:
        raise ConfigError(f'{path}: this list is not UTF-8 text.') from error
    lines = [(line, row) for line, row in lines if not row[0].startswith('#')]
    names: Sequence[str] = lines.pop(0)[1] if header and lines else columns
    lacking = [name for name in columns if name not in names]
    if lacking:
        raise ConfigError(f'{path}: its first line lacks the column {lacking[0]!r}.')
    rows = []
    for line, cells in lines:
        row: dict = dict(zip(names, cells, strict=False))
        if not row.keys() >= set(columns):
            expected = f'the list has {len(names)} ({", ".join(names)})'
            raise ConfigError(f'{path} line {line}: has {len(cells)} columns, but {expected}.')
        for name in [x for x in row if x in ('start', 'end', 'time_start', 'time_end')]:
            try:
                row[name] = float(row[name])
            except ValueError as error:
                where = f'{path} line {line}'
                raise ConfigError(f'{where}: {row[name]!r} is no time in seconds.') from error
        rows.append(row)
    return rows


def _some(clips: list[Clip], path: Path, what: str = '') -> list[Clip]:
    if not clips:
        raise ConfigError(f'{path}: this list names no video{what}.')
    return clips

"""The three official train and test splits of UCF101 and HMDB51, as lists that mmaction2 reads."""

from collections.abc import Callable
from pathlib import Path

from mmav_coattn.errors import ConfigError, DataNotFoundError

SPLITS = (1, 2, 3)
#: By part, ``train`` or ``val``, the class (from 0) of each video, ``CLASS/NAME.avi``.
Split = dict[str, dict[str, int]]


def read_ucf101(annotations: Path, split: int) -> Split:
    """UCF101's ``classInd.txt``, ``trainlist0N.txt`` and ``testlist0N.txt``, N = 1, 2 or 3.

    ``annotations`` is ``ucfTrainTestlist`` of the download.

    Raises:
        DataNotFoundError: If a file does not exist.
        ConfigError: If a line is malformed.
    """
    index = annotations / 'classInd.txt'
    labels = {}
    for line, words in _lines(index):
        if len(words) != 2 or not words[0].isdigit():
            raise ConfigError(f'{index} line {line}: {" ".join(words)!r} is not "NUMBER CLASS".')
        labels[words[1]] = int(words[0]) - 1
    parts: Split = dict(train={}, val={})
    for part, name in (('train', f'trainlist0{split}.txt'), ('val', f'testlist0{split}.txt')):
        # A line of the training list ends with the class's number; the folder says the same.
        for line, (path, *_) in _lines(annotations / name):
            category = path.partition('/')[0]
            if category not in labels:
                where = f'{annotations / name} line {line}'
                raise ConfigError(f'{where}: {path!r} is in no class of {index}.')
            parts[part][path] = labels[category]
    return parts


def read_hmdb51(annotations: Path, split: int) -> Split:
    """HMDB51's ``CLASS_test_splitN.txt``, one a class: ``NAME.avi 0|1|2`` a line.

    ``annotations`` is ``testTrainMulti_7030_splits`` of the download; else as :func:`read_ucf101`.
    """
    ending = f'_test_split{split}.txt'
    files = sorted(annotations.glob(f'*{ending}'))
    if not files:
        published = 'tools/data/README.md says where they are published'
        raise DataNotFoundError(f'{annotations}: holds no list CLASS{ending}; {published}.')
    parts: Split = dict(train={}, val={})
    for label, file in enumerate(files):
        category = file.name.removesuffix(ending)
        for line, words in _lines(file):
            if len(words) != 2 or words[1] not in ('0', '1', '2'):
                raise ConfigError(f'{file} line {line}: {" ".join(words)!r} is not "NAME 0|1|2".')
            if words[1] != '0':  # which is in neither part
                part = 'train' if words[1] == '1' else 'val'
                parts[part][f'{category}/{words[0]}'] = label
    return parts


#: Reader of each set.
READERS: dict[str, Callable[[Path, int], Split]] = dict(ucf101=read_ucf101, hmdb51=read_hmdb51)


def write_recognition_lists(dataset: str, data_root: Path) -> dict[str, dict[str, int]]:
    """Write ``DATASET_train_split_N_videos.txt`` and ``..._val_...`` for the three splits.

    They go into ``data_root``, which holds ``annotations`` and ``videos``. Videos that are not
    there are left out and named in ``DATASET_missing.txt``. Returns ``written`` and ``missing`` of
    each list; ``dataset`` is ``'ucf101'`` or ``'hmdb51'``.

    Raises:
        DataNotFoundError: If a folder or a list does not exist, or no video of a list does.
    """
    annotations, videos = data_root / 'annotations', data_root / 'videos'
    for folder, what in ((annotations, 'official lists'), (videos, 'videos')):
        if not folder.is_dir():
            hint = 'tools/data/README.md says what belongs there'
            raise DataNotFoundError(f'{folder}: this folder of {what} does not exist; {hint}.')
    present = {f'{path.parent.name}/{path.name}' for path in videos.glob('*/*') if path.is_file()}
    report, missing = {}, set()
    for split in SPLITS:
        for part, listed in READERS[dataset](annotations, split).items():
            found = [path for path in listed if path in present]
            absent = listed.keys() - present
            name = f'{dataset}_{part}_split_{split}_videos.txt'
            if not found:
                first = next(iter(listed), '(the list is empty)')
                none = f'none of the {len(listed)} videos of {name} is there'
                raise DataNotFoundError(f'{videos}: {none}; the first would be {first}.')
            text = ''.join(f'{path} {listed[path]}\n' for path in found)
            (data_root / name).write_text(text, encoding='utf-8')
            report[name] = dict(written=len(found), missing=len(absent))
            missing |= absent
    note = data_root / f'{dataset}_missing.txt'
    note.unlink(missing_ok=True)
    if missing:
        note.write_text(''.join(f'{path}\n' for path in sorted(missing)), encoding='utf-8')
    return report


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers and words of the lines that are not blank."""
    if not path.is_file():
        raise DataNotFoundError(f'{path}: there is no such official list.')
    lines = path.read_text(encoding='utf-8').splitlines()
    return [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]

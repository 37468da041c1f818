"""UCF101 and HMDB51 in small: two classes, three groups of videos, the official lists' formats."""

from collections.abc import Callable
from pathlib import Path

SPLITS = (1, 2, 3)


def make_ucf101(root: Path, write: Callable[[Path], None]) -> Path:
    """``annotations`` and ``videos`` as the downloads hold them; group N is tested in split N."""
    classes = ('Archery', 'YoYo')
    annotations = root / 'annotations'
    annotations.mkdir(parents=True)
    index = ''.join(f'{number} {name}\r\n' for number, name in enumerate(classes, 1))
    (annotations / 'classInd.txt').write_text(index)
    files = {
        f'{name}/v_{name}_g{group:02d}_c01.avi': (number, group)
        for number, name in enumerate(classes, 1)
        for group in SPLITS
    }
    for split in SPLITS:
        train = [f'{path} {number}\n' for path, (number, group) in files.items() if group != split]
        test = [f'{path}\n' for path, (_, group) in files.items() if group == split]
        (annotations / f'trainlist0{split}.txt').write_text(''.join(train))
        (annotations / f'testlist0{split}.txt').write_text(''.join(test))
    for path in files:
        write(root / 'videos' / path)
    return root


def make_hmdb51(root: Path, write: Callable[[Path], None]) -> Path:
    """As :func:`make_ucf101`: clip N is tested in split N, and one is in neither part."""
    classes = ('brush_hair', 'wave')
    annotations = root / 'annotations'
    annotations.mkdir(parents=True)
    for name in classes:
        for split in SPLITS:
            lines = [f'clip_{clip}.avi {2 if clip == split else 1} ' for clip in SPLITS]
            text = '\n'.join([*lines, 'unused.avi 0 ', ''])
            (annotations / f'{name}_test_split{split}.txt').write_text(text)
        for clip in (*[f'clip_{clip}' for clip in SPLITS], 'unused'):
            write(root / f'videos/{name}/{clip}.avi')
    return root

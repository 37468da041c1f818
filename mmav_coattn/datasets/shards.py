"""Packing files into tar shards, which a network file system serves in a few long reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mmav_coattn.errors import ConfigError, DataNotFoundError, MissingDependencyError
from mmav_coattn.io import write_whole
from mmav_coattn.progress import progress_bar

#: Beside the shards: their names and how many videos each holds.
INDEX = 'shards.json'
#: Suffix of a video and of its annotation within a shard.
VIDEO_SUFFIX, ANNOTATION_SUFFIX = 'video', 'json'


def require_webdataset():
    """The package webdataset.

    Raises:
        MissingDependencyError: If it is not installed.
    """
    try:
        import webdataset
    except ImportError as error:
        raise MissingDependencyError(
            'Tar shards need the package webdataset: pip install "mmav_coattn[shards]".'
        ) from error
    return webdataset


def write_shards(
    root: Path, items: Sequence[dict], out: Path, shard_bytes: float = 1e9, progress: bool = True
) -> dict:
    """Pack files into ``shard-000000.tar`` and so on, in the order given, and write their index.

    The index is written last and tells readers which shards there are; so shards of an interrupted
    run are never read.

    Args:
        root (Path): Folder that the items' paths start from.
        items (Sequence[dict]): As :meth:`AudioVisualDataset.load_data_list` gives them; all but
            ``line`` is kept. Shuffle them first where neighbours are alike.
        out (Path): Folder for the shards; it is made.
        shard_bytes (float): A new shard begins when one is larger than that. Defaults to 1e9.
        progress (bool): Whether to show a progress bar. Defaults to True.

    Returns:
        dict: The index: ``num_videos`` and ``shards``, a list of ``name`` and ``num_videos``.

    Raises:
        ConfigError: If the folder holds shards already.
        DataNotFoundError: If a file does not exist.
        MissingDependencyError: If webdataset is not installed.
    """
    webdataset = require_webdataset()
    if (out / INDEX).exists():
        raise ConfigError(f'{out}: this folder holds shards already; choose another one.')
    for item in items:
        if not (root / item['relpath']).is_file():
            raise DataNotFoundError(
                f'{root / item["relpath"]}: this listed file does not exist. List the usable files '
                f'only; tools/data/scan.py writes such a list.'
            )
    out.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    pattern = str(out).replace('%', '%%') + '/shard-%06d.tar'
    with webdataset.ShardWriter(pattern, maxsize=shard_bytes, verbose=0) as writer:
        for number, item in enumerate(
            progress_bar(items, desc='shards', unit='file', disable=not progress)
        ):
            annotation = {key: value for key, value in item.items() if key != 'line'}
            writer.write(
                {
                    '__key__': f'{number:09d}',
                    VIDEO_SUFFIX: (root / item['relpath']).read_bytes(),
                    ANNOTATION_SUFFIX: {**annotation, 'sample_idx': number},
                }
            )
            name = Path(writer.fname).name
            counts[name] = counts.get(name, 0) + 1
    index = dict(
        num_videos=len(items),
        shards=[dict(name=name, num_videos=count) for name, count in counts.items()],
    )
    write_whole(json.dumps(index, indent=1) + '\n', out / INDEX)
    return index


def read_index(folder: Path) -> dict:
    """Index of a folder of shards.

    Raises:
        DataNotFoundError: If there is none, or a shard that it names is missing.
    """
    path = folder / INDEX
    if not path.is_file():
        raise DataNotFoundError(
            f'{path}: there is no such index of shards; tools/data/write_shards.py makes them.'
        )
    index = json.loads(path.read_text(encoding='utf-8'))
    missing = [s['name'] for s in index['shards'] if not (folder / s['name']).is_file()]
    if missing:
        raise DataNotFoundError(f'{folder}: {len(missing)} shards are missing, e.g. {missing[0]}.')
    return index

"""Makes the splits of a SoundingShapes set: in parallel, resumable, never half.

Layout::

    <root>/<tier>/spec.json                 what the folder holds; guards against mixing seeds
    <root>/<tier>/labels.txt                motion classes, one a line
    <root>/<tier>/<split>/000000.mp4 ...    each appears under its name only when whole
    <root>/<tier>/<split>.json              annotation, written last: mmengine's metainfo, data_list
"""

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.io import PARTIAL, acquire_lock, write_whole
from mmav_coattn.isolated_pool import available_cores, run_isolated
from mmav_coattn.progress import progress_bar

from .render import render_audio, render_frames
from .scene import annotate
from .spec import CLIP_FORMAT, VERSION, check_set, tier_classes
from .wild import draw_scene
from .writer import AUDIO_SPAN, write_clip

#: Below this many clips, starting workers takes longer than they save.
MIN_PARALLEL = 40


def clip_path(tier: str, split: str, index: int) -> str:
    """Path of a clip relative to the data root."""
    return f'{tier}/{split}/{index:06d}.mp4'


def annotation_path(root: Path | str, tier: str, split: str) -> Path:
    """Where the annotation of a split lies."""
    return Path(root) / tier / f'{split}.json'


def read_annotation(root: Path | str, tier: str, split: str) -> list[dict] | None:
    """The ``data_list`` of a split, or None where there is no annotation yet."""
    path = annotation_path(root, tier, split)
    return json.loads(path.read_text())['data_list'] if path.is_file() else None


def make_clip(index: int, root: str, tier: str, split: str, seed: int) -> dict:
    """Makes one clip unless its file is there, and returns its annotation."""
    scene = draw_scene(seed, tier, split, index)
    relative = clip_path(tier, split, index)
    path = Path(root) / relative
    if not _is_whole(path):
        write_clip(path, render_frames(scene, seed), render_audio(scene, seed, *AUDIO_SPAN))
    return annotate(scene, relative)


def _make_in_worker(index: int, **key) -> dict:
    import cv2

    cv2.setNumThreads(1)
    return make_clip(index, **key)


def make_split(
    root: Path | str,
    tier: str,
    split: str,
    count: int,
    seed: int = 0,
    num_workers: int | None = None,
) -> Path:
    """Makes what is absent of a split, ``count`` clips at least, and returns the annotation file.

    Several processes may call this at once: one works. A clip depends on ``(seed, tier, split,
    index)`` only. So a set can grow later, and an interrupted run goes on where it stopped. There
    are ``num_workers`` processes, by default one per available core; 0, the default for a handful
    of clips, works in this one.

    Raises:
        ConfigError: An argument is out of range, or the folder holds a set of another seed or
            version.
        UserError: A clip cannot be made, for instance because a worker was killed.
    """
    counts = {'The number of clips': count, 'seed': seed, 'num_workers': num_workers or 0}
    check_set(tier, split, counts)
    root = Path(root)
    folder = root / tier
    if _is_complete(root, tier, split, count):
        _check_spec(folder, tier, seed)
        return annotation_path(root, tier, split)

    (folder / split).mkdir(parents=True, exist_ok=True)
    wait_message = f'Another process is making {folder}; waiting for it.'
    with acquire_lock(folder / '.lock', on_wait=partial(print, wait_message, flush=True)):
        _check_spec(folder, tier, seed)
        if not _is_complete(root, tier, split, count):
            # What an interrupted run left half; only the holder of the lock may remove it.
            for path in (folder / split).glob(f'{PARTIAL}*'):
                path.unlink(missing_ok=True)
            _make_absent(root, tier, split, count, seed, num_workers)
    return annotation_path(root, tier, split)


def _make_absent(root, tier, split, count, seed, num_workers) -> None:
    # Entries whose clip has gone are made anew; the annotation never grows shorter.
    entries = read_annotation(root, tier, split) or []
    known = {i: entry for i, entry in enumerate(entries) if _is_whole(root / entry['path'])}
    total = max(count, max(known, default=-1) + 1)
    todo = [index for index in range(total) if index not in known]
    key = dict(root=str(root), tier=tier, split=split, seed=seed)
    bar = dict(total=len(todo), desc=f'{tier}/{split}', unit='clip', disable=not todo)
    for entry in progress_bar(_make_clips(todo, key, num_workers), **bar):
        known[int(Path(entry['path']).stem)] = entry
    metainfo = dict(dataset_type='SoundingShapes', version=VERSION, seed=seed, tier=tier)
    metainfo |= dict(split=split, classes=tier_classes(tier))
    content = dict(metainfo=metainfo, data_list=[known[index] for index in range(total)])
    write_whole(json.dumps(content, separators=(',', ':')), annotation_path(root, tier, split))


def _make_clips(indices: list[int], key: dict, workers: int | None) -> Iterator[dict]:
    """Annotations as the clips are made, in this process where there is at most one worker."""
    if workers is None:
        workers = available_cores() if len(indices) >= MIN_PARALLEL else 0
    workers = min(workers, len(indices))
    # A daemonic process (a data loader's worker, say) may not have children of its own.
    if workers <= 1 or multiprocessing.current_process().daemon:
        yield from (make_clip(index, **key) for index in indices)
        return
    for outcome in run_isolated(partial(_make_in_worker, **key), indices, workers):
        if outcome.failure:
            raise UserError(
                f'{clip_path(key["tier"], key["split"], outcome.task)} in {key["root"]} cannot be '
                f'made ({outcome.failure}). What is finished stays: run again, with fewer workers '
                f'if memory is short, to go on.'
            )
        yield outcome.value


def _is_whole(path: Path) -> bool:
    # Files get their name only when whole; an empty one is what a full disk or a crash leaves.
    return path.is_file() and path.stat().st_size > 0


def _is_complete(root: Path, tier: str, split: str, count: int) -> bool:
    entries = read_annotation(root, tier, split)
    if entries is None or len(entries) < count:
        return False
    return all(_is_whole(root / entry['path']) for entry in entries[:count])


def _check_spec(folder: Path, tier: str, seed: int) -> None:
    """Compares what the folder holds with what is requested; notes it in a new folder."""
    wanted = dict(version=VERSION, tier=tier, seed=seed, clip_format=asdict(CLIP_FORMAT))
    path = folder / 'spec.json'
    if not path.is_file():
        write_whole(json.dumps(wanted, indent=2) + '\n', path)
        write_whole('\n'.join(tier_classes(tier)) + '\n', folder / 'labels.txt')
        return
    found = json.loads(path.read_text())
    differing = [key for key in wanted if found.get(key) != wanted[key]]
    if differing:
        has, asked = (
            ', '.join(f'{key}={content.get(key)!r}' for key in differing)
            for content in (found, wanted)
        )
        raise ConfigError(
            f'{folder} holds a set made with {has}, but {asked} is asked for. Choose another '
            f'folder, or remove this one to make it anew.'
        )

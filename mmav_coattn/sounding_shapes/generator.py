"""Makes the splits of a SoundingShapes set: in parallel, resumable, never half.

Layout::

    <root>/<tier>/spec.json                 what the folder holds; guards against mixing seeds
    <root>/<tier>/labels.txt                motion classes, one a line
    <root>/<tier>/<split>/000000.mp4 ...    each appears under its name only when whole
    <root>/<tier>/<split>.json              annotation, written last: mmengine's metainfo, data_list
"""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from functools import partial
from pathlib import Path

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.io import PARTIAL, acquire_lock, write_whole
from mmav_coattn.progress import progress_bar

from .render import render_audio, render_frames
from .scene import annotate
from .spec import CLIP_FORMAT, SPLITS, TIERS, VERSION, check_choice, check_count, tier_classes
from .wild import draw_scene
from .writer import audio_span, write_clip

#: Each worker holds the libraries in memory; more than this many gain little.
MAX_WORKERS = 16

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
    if not path.is_file():
        return None
    return json.loads(path.read_text())['data_list']


def make_clip(index: int, root: str, tier: str, split: str, seed: int) -> dict:
    """Makes one clip unless its file is there, and returns its annotation."""
    scene = draw_scene(seed, tier, split, index)
    relative = clip_path(tier, split, index)
    path = Path(root) / relative
    if not _is_whole(path):
        waveform = render_audio(scene, seed, *audio_span(CLIP_FORMAT))
        write_clip(path, render_frames(scene, seed), waveform, CLIP_FORMAT)
    return annotate(scene, relative)


def make_split(
    root: Path | str,
    tier: str,
    split: str,
    count: int,
    seed: int = 0,
    num_workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Makes what is absent of a split. Several processes may call this at once: one works.

    A clip depends on ``(seed, tier, split, index)`` only. So a set can grow later, and an
    interrupted run goes on where it stopped.

    Args:
        root (Path or str): Data root; made if absent.
        tier (str): 'easy', 'medium', 'hard' or 'multi'.
        split (str): 'train', 'val' or 'test'.
        count (int): How many clips the split needs at least.
        seed (int): Seed of the set. Defaults to 0.
        num_workers (int, optional): Processes; 0 works in this one. Defaults to one per available
            core, :data:`MAX_WORKERS` at most, and to 0 for a handful of clips.
        progress (bool): Whether to show a progress bar. Defaults to True.

    Returns:
        Path: The annotation file.

    Raises:
        ConfigError: An argument is out of range, or the folder holds a set of another seed or
            version.
        UserError: A worker was killed.
    """
    check_choice('tier', tier, TIERS)
    check_choice('split', split, SPLITS)
    check_count('The number of clips', count)
    check_count('seed', seed)
    if num_workers is not None:
        check_count('num_workers', num_workers)
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
            _remove_parts(folder / split)
            _make_absent(root, tier, split, count, seed, num_workers, progress)
    return annotation_path(root, tier, split)


def _make_absent(root, tier, split, count, seed, num_workers, progress) -> None:
    # Entries whose clip has gone are made anew; the annotation never grows shorter.
    known = {
        index: entry
        for index, entry in enumerate(read_annotation(root, tier, split) or [])
        if _is_whole(root / entry['path'])
    }
    total = max(count, max(known, default=-1) + 1)
    todo = [index for index in range(total) if index not in known]
    job = partial(make_clip, root=str(root), tier=tier, split=split, seed=seed)
    results = _run(job, todo, _choose_workers(num_workers, len(todo)), root / tier / split)
    bar = progress_bar(
        results,
        total=len(todo),
        desc=f'{tier}/{split}',
        unit='clip',
        disable=not progress or not todo,
    )
    for index, entry in bar:
        known[index] = entry
    metainfo = dict(
        dataset_type='SoundingShapes',
        version=VERSION,
        seed=seed,
        tier=tier,
        split=split,
        classes=list(tier_classes(tier)),
    )
    data_list = [known[index] for index in range(total)]
    write_whole(
        json.dumps(dict(metainfo=metainfo, data_list=data_list), separators=(',', ':')),
        annotation_path(root, tier, split),
    )


def _choose_workers(num_workers: int | None, num_clips: int) -> int:
    # A daemonic process (a data loader's worker, say) may not have children of its own.
    if multiprocessing.current_process().daemon or num_clips == 0:
        return 0
    if num_workers is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
        num_workers = min(cores or 1, MAX_WORKERS) if num_clips >= MIN_PARALLEL else 0
    return min(num_workers, num_clips)


def _run(job, indices: Iterable[int], workers: int, folder: Path) -> Iterator[tuple[int, dict]]:
    """Yields (index, result) as they come."""
    if workers <= 1:
        for index in indices:
            yield index, job(index)
        return
    # Not forked from the caller, which may have threads and an accelerator open, but from a server
    # that imports the libraries once for all workers.
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload([__name__, 'av', 'scipy.signal'])
    pool = ProcessPoolExecutor(workers, context, initializer=_start_worker)
    try:
        futures = {pool.submit(job, index): index for index in indices}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        raise UserError(
            f'A worker that made clips in {folder} was killed, perhaps for lack of memory. What is '
            f'finished stays: run again, with fewer workers, to go on.'
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    import cv2

    cv2.setNumThreads(1)
    # Ctrl-C is for the parent, which then stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Ends this worker when its parent was killed: it would wait for work for ever."""
    multiprocessing.parent_process().join()
    os._exit(1)


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
        has = ', '.join(f'{key}={found.get(key)!r}' for key in differing)
        asked = ', '.join(f'{key}={wanted[key]!r}' for key in differing)
        raise ConfigError(
            f'{folder} holds a set made with {has}, but {asked} is asked for. Choose another '
            f'folder, or remove this one to make it anew.'
        )


def _remove_parts(folder: Path) -> None:
    """Removes what an interrupted run left half; only the holder of the lock may."""
    for path in folder.glob(f'{PARTIAL}*'):
        path.unlink(missing_ok=True)

"""Speed of loading: a recipe's pipeline against the bare decoders and mmaction2's own pipeline."""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from mmengine.dataset import Compose, pseudo_collate
from torch.utils.data import DataLoader, Dataset

from mmav_coattn.errors import ConfigError
from mmav_coattn.media import MediaFile

from .timing import Row, Timings, time_by_turns

OURS = 'this loader'
BARE = 'bare decord frames and PyAV audio segment'
STOCK = "mmaction2's own pipeline, without audio"


class Samples(Dataset):
    """``load(path, place)`` over files in turn, at random but repeatable places from 0 to 1."""

    def __init__(self, load: Callable, paths: Sequence[Path], length: int) -> None:
        self.load = load
        self.paths = [str(path) for path in paths]
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int):
        place = float(np.random.default_rng(index).random())
        return self.load(self.paths[index % len(self.paths)], place)


def load_by_pipeline(pipeline: Compose, path: str, place: float) -> dict:
    """A sample of a training pipeline, which draws its own place."""
    return pipeline(dict(filename=path, relpath=path, label=-1, start_index=0, modality='RGB'))


def load_bare(
    clip_seconds: float, audio_seconds: float, num_frames: int, path: str, place: float
) -> int:
    """Nothing but decoding: decord's frames as they are, and one segment of audio by PyAV.

    The result stays in the worker, so that this is the limit of the decoders and of nothing else.
    """
    import av
    import decord

    reader = decord.VideoReader(path, ctx=decord.cpu(0), num_threads=1)
    fps = reader.get_avg_fps()
    start = place * (len(reader) / fps - audio_seconds)
    times = start + (np.arange(num_frames) + 0.5) * clip_seconds / num_frames
    frames = reader.get_batch(np.minimum(times * fps, len(reader) - 1).astype(int).tolist())
    size = frames.asnumpy().size
    with av.open(path) as container:
        stream = container.streams.audio[0]
        container.seek(int(start / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            size += frame.to_ndarray().size
            if frame.time + frame.samples / frame.sample_rate >= start + audio_seconds:
                break
    return size


def stock_pipeline(clip_seconds: float, num_frames: int, size: int, fps: float) -> Compose:
    """What mmaction2 trains a 3-D network with, over about the same seconds."""
    interval = max(1, round(clip_seconds * fps / num_frames))
    return Compose(
        [
            dict(type='DecordInit', num_threads=1),
            dict(type='SampleFrames', clip_len=num_frames, frame_interval=interval, num_clips=1),
            dict(type='DecordDecode'),
            dict(type='RandomResizedCrop', area_range=(0.5, 1.0)),
            dict(type='Resize', scale=(size, size), keep_ratio=False),
            dict(type='Flip', flip_ratio=0.5),
            dict(type='FormatShape', input_format='NCTHW'),
            dict(type='PackActionInputs'),
        ]
    )


def time_loaders(
    pipeline: Sequence[dict],
    paths: Sequence[Path],
    size: int,
    fps: float,
    num_samples: int,
    num_workers: int,
    rounds: int,
) -> Timings:
    """Time rounds of samples through every loader, each with workers of its own that stay.

    The frames that mmaction2's pipeline loads have ``size`` px, the files ``fps`` frames a second.

    Raises:
        ConfigError: If the pipeline lacks the transforms that say how long a clip is.
    """
    settings = {transform['type']: transform for transform in pipeline}
    if not {'SampleSyncWindows', 'LoadFrames'} <= set(settings):
        raise ConfigError('The pipeline to time needs SampleSyncWindows and LoadFrames.')
    windows = settings['SampleSyncWindows']
    seconds = windows['clip_seconds'], windows['audio_seconds']
    num_frames = settings['LoadFrames']['num_frames']
    ways = {
        OURS: partial(load_by_pipeline, Compose(copy.deepcopy(list(pipeline)))),
        BARE: partial(load_bare, *seconds, num_frames),
        STOCK: partial(load_by_pipeline, stock_pipeline(seconds[0], num_frames, size, fps)),
    }
    loaders = {
        name: DataLoader(
            Samples(load, paths, num_samples),
            batch_size=4,
            num_workers=num_workers,
            persistent_workers=num_workers > 0,
            collate_fn=pseudo_collate,
            worker_init_fn=_one_thread,
        )
        for name, load in ways.items()
    }
    return time_by_turns({n: partial(_drain, loader) for n, loader in loaders.items()}, rounds)


def time_audio(
    paths: Sequence[Path], audio_seconds: float, sample_rate: int, num_samples: int, rounds: int
) -> Timings:
    """Time the audio of samples: one segment, against the whole track of the same files.

    Both open the file and read through the same code; only what they ask for differs.
    """

    def segment() -> None:
        for index in range(num_samples):
            with MediaFile(paths[index % len(paths)]) as media:
                begin, end = media.audio_span
                start = begin + np.random.default_rng(index).random() * (
                    end - begin - audio_seconds
                )
                media.read_audio(start, audio_seconds, sample_rate)

    def whole_track() -> None:
        for index in range(num_samples):
            with MediaFile(paths[index % len(paths)]) as media:
                begin, end = media.audio_span
                # One sample less: the end of a span need not lie on the grid of samples.
                media.read_audio(begin, end - begin - 1 / sample_rate, sample_rate)

    return time_by_turns({'segment': segment, 'whole track': whole_track}, rounds)


def loader_rows(seconds: int, timings: Timings, num_samples: int) -> list[Row]:
    """The table's rows of one length of file."""
    label = f'{seconds} s files'
    rows = [
        Row(f'{label}: {name}', num_samples / timings.median(name), 'samples/s')
        for name in timings.seconds
    ]
    rows.append(Row(f'{label}: {OURS} / {BARE}', timings.speed_up(OURS, over=BARE), 'x', '>= 0.9'))
    rows.append(Row(f'{label}: {OURS} / {STOCK}', timings.speed_up(OURS, over=STOCK), 'x'))
    return rows


def audio_row(seconds: int, timings: Timings) -> Row:
    """The table's row of the audio of one length of file."""
    wanted = '>= 2' if seconds >= 60 else ''
    ratio = timings.speed_up('segment', over='whole track')
    return Row(f'{seconds} s files: audio segment / whole track', ratio, 'x', wanted)


def _drain(loader: DataLoader) -> None:
    for _ in loader:
        pass


def _one_thread(worker: int) -> None:
    torch.set_num_threads(1)
    import cv2

    cv2.setNumThreads(0)
    np.random.seed(worker)

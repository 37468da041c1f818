"""Features of one's own videos: of each window the mean over location and time, both towers."""

import hashlib
import os
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import Config

from mmav_coattn.errors import ConfigError, TooShortError
from mmav_coattn.io import features_to_bytes, read_features, write_whole

from .embedding import SHORTEST_CLIP, Embedding
from .many_files import InputFile

TOWERS = ('visual', 'audio')


class ExtractedFeatures(NamedTuple):
    """Features of one video; those that were not asked for are None."""

    times: np.ndarray  #: (W, 2) first and last second of each window on the container's clock.
    visual: np.ndarray | None  #: (W, C_v) float32.
    audio: np.ndarray | None  #: (W, C_a) float32.


def pool_windows(embedding: Embedding, towers: Sequence[str]) -> ExtractedFeatures:
    """Mean features of windows side by side, a clip long each; the last one ends with the file.

    With both ``towers``, ``'visual'`` and ``'audio'``, windows lie where there are both streams.

    Of less than a clip, all is one window.

    Raises:
        TooShortError: If that is too short for the network.
    """
    step = embedding.step
    streams = dict(
        visual=(embedding.times, embedding.visual_features),
        audio=(embedding.audio_times, embedding.audio_features),
    )
    grids = [streams[tower][0] for tower in towers]
    begin = max(times[0] for times in grids) - (step / 2 if 'visual' in towers else 0)
    end = min(times[-1] for times in grids) + step / 2
    seconds = min(embedding.clip_steps * step, end - begin)
    least = ceil(SHORTEST_CLIP * embedding.clip_steps) * step
    if seconds < least - step / 2:  # steps of the audio are as long
        detail = f'has {end - begin:.2f} s of what is wanted, and this network needs {least:g} s'
        raise TooShortError(embedding.path, detail)
    room = end - begin - seconds
    starts = begin + np.arange(0, room + 1e-6, seconds)
    if room - (starts[-1] - begin) > step:
        starts = np.append(starts, begin + room)
    pooled = {}
    for tower in towers:
        times, features = streams[tower]
        inside = [(times >= s - 1e-6) & (times < s + seconds - 1e-6) for s in starts]
        pooled[tower] = torch.stack([features[torch.from_numpy(x)].mean(dim=0) for x in inside])
    return ExtractedFeatures(
        np.stack([starts, starts + seconds], axis=1),
        *(pooled[t].numpy() if t in pooled else None for t in ('visual', 'audio')),
    )


class FeatureFile:
    """One ``.npz`` file of features of many videos, made piece by piece.

    The features of each video are kept in ``OUT.parts`` at once, whole or not at all, so that an
    interrupted run goes on where it stopped. Joined, the file holds ``files`` (F,), the videos as
    they were named, ``file_index`` (W,), which of them a window is of, and the arrays of
    :class:`ExtractedFeatures` that were asked for. ``source`` is a :func:`source_digest`.

    Raises:
        ConfigError: If the parts, or the file, are of another network or of other towers.
    """

    def __init__(self, out: Path, towers: Sequence[str], source: str) -> None:
        if out.suffix != '.npz':
            raise ConfigError(f'{out}: features are written as .npz; give such a name.')
        self.out = out
        self.towers = tuple(towers)
        self.parts = out.with_name(out.name + '.parts')
        self.source = f'{source} {" ".join(self.towers)}'
        mark = self.parts / 'source.txt'
        if not mark.is_file():
            # Several processes may begin at once.
            write_whole(self.source, mark, unique=True)
        if mark.read_text(encoding='utf-8') != self.source:
            raise ConfigError(
                f'{self.parts}: holds features of another network, config or other towers; '
                'delete it, or give another file.'
            )

    def has(self, file: InputFile) -> bool:
        """Whether a video was done before and has not changed since."""
        return file.path.is_file() and self._part(file).is_file()

    def add(self, file: InputFile, features: ExtractedFeatures) -> None:
        """Keep the features of a video."""
        arrays = {name: value for name, value in features._asdict().items() if value is not None}
        write_whole(features_to_bytes(**arrays), self._part(file), unique=True)

    def join(self, files: Sequence[InputFile]) -> int:
        """Write the file, of those videos that were done; returns the number of windows in it.

        Raises:
            ConfigError: If not one video was done.
        """
        done = [file for file in files if self.has(file)]
        if not done:
            raise ConfigError(f'{self.out}: no video could be used, so there is nothing to write.')
        pieces = [read_features(self._part(file)) for file in done]
        arrays: dict = {
            name: np.concatenate([piece[name] for piece in pieces])
            for name in ('times', *self.towers)
        }
        arrays['files'] = [str(file.path) for file in done]
        arrays['file_index'] = np.repeat(np.arange(len(done)), [len(p['times']) for p in pieces])
        write_whole(features_to_bytes(**arrays), self.out)
        return len(arrays['times'])

    def _part(self, file: InputFile) -> Path:
        state = file.path.stat()
        text = f'{os.fspath(file.path)} {state.st_size} {state.st_mtime_ns}'
        return self.parts / f'{hashlib.sha256(os.fsencode(text)).hexdigest()[:24]}.npz'


def source_digest(cfg: Config, checkpoint: Path) -> str:
    """What features depend on besides the videos: network, its clips, and its weights."""
    settings = repr((cfg.get('model'), cfg.get('test_pipeline'))).encode()
    return hashlib.sha256(settings + checkpoint.read_bytes()).hexdigest()

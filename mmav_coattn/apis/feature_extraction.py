"""Features of one's own videos: of each window the mean over place and time of both towers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from torch import nn

from mmav_coattn.checkpoint_files import write_whole
from mmav_coattn.errors import ConfigError, TrainingError, UserError
from mmav_coattn.media import MediaFile
from mmav_coattn.transfer.feature_files import features_to_bytes, read_features
from mmav_coattn.visual_stages import last_stage

from .clip_settings import ClipSettings
from .localizer import covering_slots
from .many_files import InputFile
from .window_streams import picture_windows

TOWERS = ('visual', 'audio')


class ExtractedFeatures(NamedTuple):
    """Features of one video.

    Attributes:
        times (np.ndarray): (W, 2) float64, first and last second of each window on the container's
            clock.
        visual (np.ndarray | None): (W, C_v) float32, or None if not asked for.
        audio (np.ndarray | None): (W, C_a) float32, or None if not asked for.
    """

    times: np.ndarray
    visual: np.ndarray | None
    audio: np.ndarray | None


@torch.no_grad()
def extract_file(
    model: nn.Module,
    settings: ClipSettings,
    path: str,
    towers: Sequence[str],
    batch_size: int,
    progress: Callable[[float, float], None],
) -> ExtractedFeatures:
    """Features of the windows of a file, side by side; the last one ends with the file.

    Args:
        model (nn.Module): An :class:`AudioVisualRecognizer` in evaluation mode.
        settings (ClipSettings): Of its clips.
        path (str): The file.
        towers (Sequence[str]): ``'visual'``, ``'audio'`` or both. A file needs only the streams of
            the towers that are asked for; with both, windows lie where there are both.
        batch_size (int): Windows at once.
        progress (Callable): Called with the seconds done and the seconds in all.

    Raises:
        MediaError: If the file cannot be used.
    """
    device = next(model.parameters()).device
    found: dict[str, list[np.ndarray]] = {tower: [] for tower in towers}
    with MediaFile(path) as pictures, MediaFile(path) as sounds:
        begin, end = _span(pictures, towers)
        slots = covering_slots((begin, end), settings, path)
        clips = picture_windows(pictures, settings, begin, slots) if 'visual' in towers else None
        for first in range(0, len(slots), batch_size):
            chosen = slots[first : first + batch_size]
            if clips is not None:
                imgs = torch.stack([next(clips) for _ in chosen]).to(device)
                imgs = model.data_preprocessor.normalize(imgs)
                x = last_stage(model.backbone.forward_visual(imgs))
                found['visual'].append(x.float().mean(dim=(2, 3, 4)).cpu().numpy())
            if 'audio' in towers:
                waves = _waves(sounds, settings, begin, chosen).to(device)
                log_mels = model.data_preprocessor.spectrograms(waves)
                x = model.backbone.forward_audio(log_mels[:, None])
                found['audio'].append(x.float().mean(dim=(2, 3)).cpu().numpy())
            progress(chosen[-1] * settings.step + settings.clip_seconds, end - begin)
    starts = begin + np.array(slots) * settings.step
    joined = {tower: np.concatenate(parts) for tower, parts in found.items()}
    return ExtractedFeatures(
        np.stack([starts, starts + settings.clip_seconds], axis=1),
        joined.get('visual'),
        joined.get('audio'),
    )


def check_towers(towers: Sequence[str]) -> tuple[str, ...]:
    """The towers, if all of them are known.

    Raises:
        ConfigError: If one is unknown, or there is none.
    """
    if not towers or set(towers) - set(TOWERS):
        raise ConfigError(f'towers={tuple(towers)} must be of {TOWERS}.')
    return tuple(towers)


def _span(media: MediaFile, towers: Sequence[str]) -> tuple[float, float]:
    if len(set(towers)) > 1:
        return media.common_span
    return media.video_span if 'visual' in towers else media.audio_span


def _waves(
    media: MediaFile, settings: ClipSettings, begin: float, slots: Sequence[int]
) -> torch.Tensor:
    first, last = media.audio_span
    latest = last - settings.clip_seconds
    starts = [min(max(begin + slot * settings.step, first), latest) for slot in slots]
    windows = media.read_audio_windows(starts, settings.clip_seconds, settings.sample_rate)
    return torch.from_numpy(windows)


class FeatureFile:
    """One ``.npz`` file of features of many videos, made piece by piece.

    The features of each video are kept in ``OUT.parts`` at once, whole or not at all, so that an
    interrupted run goes on where it stopped. Joined, the file holds

    - ``files`` (F,): the videos as they were named;
    - ``file_index`` (W,): which of them a window is of;
    - ``times`` (W, 2): first and last second of the window;
    - ``visual`` (W, C_v) and ``audio`` (W, C_a), those that were asked for.

    Args:
        out (Path): File to write.
        towers (Sequence[str]): Which features.
        source (str): What the features depend on besides the videos: :func:`source_digest`.

    Raises:
        ConfigError: If the parts, or the file, are of another network or of other towers.
    """

    def __init__(self, out: Path, towers: Sequence[str], source: str) -> None:
        if out.suffix != '.npz':
            raise ConfigError(f'{out}: features are written as .npz; give such a name.')
        self.out = out
        self.towers = check_towers(towers)
        self.parts = out.with_name(out.name + '.parts')
        self.source = f'{source} {" ".join(self.towers)}'
        mark = self.parts / 'source.txt'
        if mark.is_file() and mark.read_text(encoding='utf-8') != self.source:
            raise ConfigError(
                f'{self.parts}: holds features of another network, config or other towers; '
                'delete it, or give another file.'
            )
        _write(self.source.encode(), mark)

    def has(self, file: InputFile) -> bool:
        """Whether a video was done before and has not changed since."""
        return self._part(file).is_file()

    def add(self, file: InputFile, features: ExtractedFeatures) -> None:
        """Keep the features of a video."""
        arrays = {name: value for name, value in features._asdict().items() if value is not None}
        _write(features_to_bytes(**arrays), self._part(file))

    def join(self, files: Sequence[InputFile]) -> int:
        """Write the file, of those videos that were done.

        Returns:
            int: Windows in it.

        Raises:
            ConfigError: If not one video was done.
        """
        done = [file for file in files if self.has(file)]
        if not done:
            raise ConfigError(f'{self.out}: no video could be used, so there is nothing to write.')
        pieces = [read_features(self._part(file)) for file in done]
        counts = [len(piece['times']) for piece in pieces]
        arrays = {
            name: np.concatenate([piece[name] for piece in pieces])
            for name in ('times', *self.towers)
        }
        index = np.repeat(np.arange(len(done)), counts)
        names = [str(file.path) for file in done]
        _write(features_to_bytes(files=names, file_index=index, **arrays), self.out)
        return sum(counts)

    def _part(self, file: InputFile) -> Path:
        state = file.path.stat()
        text = f'{os.fspath(file.path)} {state.st_size} {state.st_mtime_ns}'
        return self.parts / f'{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz'


def _write(data: bytes, path: Path) -> None:
    try:
        write_whole(data, path)
    except TrainingError as error:
        # Its sentence speaks of trainings.
        reason = getattr(error.__cause__, 'strerror', None) or error.__cause__
        raise UserError(
            f'{path}: cannot be written ({reason}). The videos done so far are kept: mend it and '
            'give the same command again.'
        ) from error


def source_digest(cfg: Config, checkpoint: Path) -> str:
    """What features depend on besides the videos: network, its clips, and its weights."""
    digest = hashlib.sha256(repr((cfg.get('model'), cfg.get('test_pipeline'))).encode())
    with checkpoint.open('rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

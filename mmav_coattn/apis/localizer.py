"""Where in the picture the sound of a file is made, over its whole length."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from mmav_coattn.datasets.media import MediaFile
from mmav_coattn.errors import ConfigError, SilentAudioError, TooShortError, UnreadableMediaError

from .clip_settings import ClipSettings
from .window_streams import ROUNDING, AudioWindowFeatures, picture_windows


class Localization(NamedTuple):
    """Where the sound of a video comes from.

    Attributes:
        attention (np.ndarray): (T, H', W') float32, sums to 1 over places at each time; uniform
            where the sound is silent or cannot be read.
        times (np.ndarray): (T,), s on the container's clock.
        scores (np.ndarray): (W,), logit of "in sync" of each window, NaN where there is no sound.
        window_starts (np.ndarray): (W,), s on the container's clock.
        box (tuple): The part of the picture that the maps cover (x0, y0, x1, y1), fractions.
    """

    attention: np.ndarray
    times: np.ndarray
    scores: np.ndarray
    window_starts: np.ndarray
    box: tuple[float, float, float, float]


def covering_slots(span: tuple[float, float], settings: ClipSettings, path: str) -> list[int]:
    """Slots, counted from the beginning of the span, of windows side by side that cover it.

    The last one ends with the span, to less than a frame.

    Args:
        span (tuple[float, float]): First and last second with both picture and sound.
        settings (ClipSettings): Of the network.
        path (str): The file's name, for messages.

    Raises:
        TooShortError: If the span is shorter than a window.
    """
    length = span[1] - span[0]
    room = floor((length - settings.clip_seconds + ROUNDING) / settings.step)
    if room < 0:
        raise TooShortError(
            path,
            f'picture and sound overlap for {max(length, 0):.3f} s, and this '
            f'network needs {settings.clip_seconds} s',
        )
    slots = list(range(0, room + 1, settings.num_frames))
    return slots if slots[-1] == room else [*slots, room]


def find_sound(
    model: nn.Module,
    settings: ClipSettings,
    path: str,
    batch_size: int,
    progress: Callable[[float, float], None],
) -> Localization:
    """Run a network over a file of any length.

    Args:
        model (nn.Module): An :class:`AudioVisualRecognizer` in evaluation mode.
        settings (ClipSettings): Of its clips.
        path (str): The file.
        batch_size (int): Windows at once.
        progress (Callable): Called with the seconds done and the seconds in all.

    Returns:
        Localization: See there.

    Raises:
        MediaError: If the file cannot be used.
        ConfigError: If the network has no map.
    """
    with MediaFile(path) as pictures, MediaFile(path) as sounds:
        begin, end = pictures.common_span
        slots = covering_slots((begin, end), settings, path)
        audio = AudioWindowFeatures(model, sounds, settings, begin, batch_size)
        clips = picture_windows(pictures, settings, begin, slots)
        maps, scores = [], []
        for first in range(0, len(slots), batch_size):
            chosen = slots[first : first + batch_size]
            new_maps, new_scores = _run(model, settings, chosen, clips, audio)
            maps += new_maps
            scores += new_scores
            progress(chosen[-1] * settings.step + settings.clip_seconds, end - begin)
    scores = np.array(scores)
    if not np.isfinite(scores).any():
        if audio.unreadable:
            raise UnreadableMediaError(path, next(iter(audio.unreadable.values())))
        raise SilentAudioError(path, 'is silent wherever there is picture')
    return _join(settings, begin, slots, maps, scores)


def _run(
    model: nn.Module,
    settings: ClipSettings,
    slots: list[int],
    clips,
    audio: AudioWindowFeatures,
) -> tuple[list[np.ndarray | None], list[float]]:
    """Maps (T', H', W') and scores of some windows; None and NaN where there is no sound."""
    device = next(model.parameters()).device
    heard = audio.get(slots)
    images = [next(clips) for _ in slots]
    maps: list = [None] * len(slots)
    scores = [np.nan] * len(slots)
    usable = [index for index, slot in enumerate(slots) if slot in heard]
    if not usable:
        return maps, scores
    imgs = torch.stack([images[index] for index in usable]).to(device)
    visual = model.backbone.forward_visual(model.data_preprocessor.normalize(imgs))
    features = model.attend(
        visual,
        torch.stack([heard[slots[index]] for index in usable])[:, None],
        settings.num_frames,
        audio.num_spectra,
        settings.clip_seconds,
        return_attention=True,
    )
    if features.attention is None:
        raise ConfigError(
            'This network has no audio-guided attention (neck.module is VGA), so '
            'it has no map to show; use AGA or CMA.'
        )
    logits = model.cls_head.predict(features)[:, 0].cpu().numpy()
    for row, index in enumerate(usable):
        maps[index] = features.attention[row, 0].float().cpu().numpy()
        scores[index] = float(logits[row])
    return maps, scores


def _join(
    settings: ClipSettings, begin: float, slots: list[int], maps: list, scores: np.ndarray
) -> Localization:
    shape = next(each.shape for each in maps if each is not None)
    uniform = np.full(shape, 1 / (shape[1] * shape[2]), np.float32)
    step = settings.clip_seconds / shape[0]
    attention, times = [], []
    for slot, each in zip(slots, maps, strict=True):
        own = begin + slot * settings.step + (np.arange(shape[0]) + 0.5) * step
        # The last window overlaps the one before it: only what is new of it is taken.
        new = own > (times[-1][-1] + ROUNDING if times else -np.inf)
        attention.append((uniform if each is None else each)[new])
        times.append(own[new])
    return Localization(
        np.concatenate(attention),
        np.concatenate(times),
        scores,
        begin + np.array(slots) * settings.step,
        settings.box,
    )

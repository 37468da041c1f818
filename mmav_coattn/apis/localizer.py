"""Where in the picture the sound of a file is made, over its whole length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import floor
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from mmav_coattn.errors import SilentAudioError, TooShortError, UnreadableMediaError
from mmav_coattn.localization import ClipEvidence, MapSource
from mmav_coattn.media import MediaFile
from mmav_coattn.media.read_ahead import ReadAhead

from .clip_settings import ClipSettings
from .window_streams import ROUNDING, AudioWindowFeatures, picture_windows

#: Places of a map that are kept along either side. All maps of a file are in memory at once, and
#: some kinds have one for each frame at the resolution of the network's input.
MOST_PLACES = 24


class Localization(NamedTuple):
    """Where the sound of a video comes from.

    Attributes:
        attention (np.ndarray): The map as weights (T, H', W') float32, whatever its kind; sums to
            1 over places at each time; uniform where the sound is silent or cannot be read, or
            where the confidence lies below the kind's ``min_confidence``.
        times (np.ndarray): (T,), s on the container's clock.
        scores (np.ndarray): (W,), logit of "in sync" of each window, NaN where there is no sound.
        window_starts (np.ndarray): (W,), s on the container's clock.
        box (tuple): The part of the picture that the maps cover (x0, y0, x1, y1), fractions.
        confidence (np.ndarray): (W,), how sure the map of each window is that the source is in
            sight, on the scale of its kind; NaN where there is no sound.
    """

    attention: np.ndarray
    times: np.ndarray
    scores: np.ndarray
    window_starts: np.ndarray
    box: tuple[float, float, float, float]
    confidence: np.ndarray


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


@contextmanager
def core_for_reading() -> Iterator[None]:
    """Leave one core to the thread that reads pictures, where the network would take all.

    torch's threads wait for each other by spinning, which takes the core that a decoder needs: on
    two cores a video took 10 s instead of 11.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(threads - 1, 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def find_sound(
    model: nn.Module,
    settings: ClipSettings,
    path: str,
    batch_size: int,
    progress: Callable[[float, float], None],
    map_source: MapSource | None = None,
) -> Localization:
    """Run a network over a file of any length.

    Args:
        model (nn.Module): An :class:`AudioVisualRecognizer` in evaluation mode.
        settings (ClipSettings): Of its clips.
        path (str): The file.
        batch_size (int): Windows at once.
        progress (Callable): Called with the seconds done and the seconds in all.
        map_source (MapSource, optional): The kind of map; by default the network's.

    Returns:
        Localization: See there.

    Raises:
        MediaError: If the file cannot be used.
        ConfigError: If the network has no map of this kind.
    """
    source = model.map_source if map_source is None else map_source
    with MediaFile(path) as pictures, MediaFile(path) as sounds:
        begin, end = pictures.common_span
        slots = covering_slots((begin, end), settings, path)
        audio = AudioWindowFeatures(model, sounds, settings, begin, batch_size)
        maps, scores, confidence = [], [], []
        with (
            ReadAhead(picture_windows(pictures, settings, begin, slots), batch_size) as clips,
            core_for_reading(),
        ):
            for first in range(0, len(slots), batch_size):
                chosen = slots[first : first + batch_size]
                found = _run(model, source, settings, chosen, clips, audio)
                maps += found[0]
                scores += found[1]
                confidence += found[2]
                progress(chosen[-1] * settings.step + settings.clip_seconds, end - begin)
    scores = np.array(scores)
    if not np.isfinite(scores).any():
        if audio.unreadable:
            raise UnreadableMediaError(path, next(iter(audio.unreadable.values())))
        raise SilentAudioError(path, 'is silent wherever there is picture')
    return _join(settings, begin, slots, maps, scores, np.array(confidence))


def _run(
    model: nn.Module,
    source: MapSource,
    settings: ClipSettings,
    slots: list[int],
    clips,
    audio: AudioWindowFeatures,
) -> tuple[list[np.ndarray | None], list[float], list[float]]:
    """Maps (T', H', W'), scores and confidences of some windows.

    Where there is no sound the map is None, and the other two are NaN.
    """
    device = next(model.parameters()).device
    heard = audio.get(slots)
    images = [next(clips) for _ in slots]
    maps: list = [None] * len(slots)
    scores, confidence = [np.nan] * len(slots), [np.nan] * len(slots)
    usable = [index for index, slot in enumerate(slots) if slot in heard]
    if not usable:
        return maps, scores, confidence
    frames = torch.stack([images[index] for index in usable]).to(device)
    imgs = model.data_preprocessor.normalize(frames)
    visual = model.backbone.forward_visual(imgs)
    sounds = torch.stack([heard[slots[index]] for index in usable])[:, None]
    times = settings.num_frames, audio.num_spectra, settings.clip_seconds
    features = model.attend(visual, sounds, *times, return_attention=source.needs_attention)
    found = source(ClipEvidence(model, imgs, visual, sounds, *times[1:], features, frames))
    weights = coarse_weights(source.weights(found.maps)[:, 0]).cpu().numpy()
    logits = model.cls_head.predict(features)[:, 0].tolist()
    for row, index in enumerate(usable):
        maps[index] = weights[row]
        scores[index] = logits[row]
        confidence[index] = found.confidence[row, 0].item()
        if source.min_confidence is not None and confidence[index] < source.min_confidence:
            maps[index] = np.full_like(weights[row], 1 / weights[row, 0].size)
    return maps, scores, confidence


def coarse_weights(weights: torch.Tensor, most: int = MOST_PLACES) -> torch.Tensor:
    """Weights on a grid of no more than so many places along either side, with the same sums.

    Args:
        weights (torch.Tensor): (N, T', H', W').
        most (int): Places.
    """
    places = tuple(weights.shape[-2:])
    fewer = tuple(min(side, most) for side in places)
    if fewer == places:
        return weights
    pooled = torch.nn.functional.adaptive_avg_pool2d(weights, fewer)
    sums = weights.sum(dim=(-2, -1), keepdim=True)
    return pooled * sums / pooled.sum(dim=(-2, -1), keepdim=True)


def _join(
    settings: ClipSettings,
    begin: float,
    slots: list[int],
    maps: list,
    scores: np.ndarray,
    confidence: np.ndarray,
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
        confidence,
    )

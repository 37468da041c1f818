"""Every window of a file's picture against its sound at every shift."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError, SilentAudioError, TooShortError, UnreadableMediaError
from mmav_coattn.evaluation.functional.offset_curve import (
    OffsetEstimate,
    drift_rate,
    estimate_offset,
    mean_curve,
    offset_over_time,
)
from mmav_coattn.media import MediaFile
from mmav_coattn.visual_stages import VisualFeatures, map_stages

from .clip_settings import ClipSettings
from .sync_result import Drift, SyncResult
from .window_streams import AudioWindowFeatures, picture_windows, slots_inside

#: Windows of picture begin this part of a clip apart.
HOP_OF_CLIP = 0.25
#: Pairs of picture and sound that the neck sees at once, times ``batch_size``.
PAIRS_PER_WINDOW = 8
#: Fewest stretches of known offset that a drift is read from.
MIN_SEGMENTS = 3
#: Change of the offset along a file that is called drift, in steps of the shift.
MIN_DRIFT_STEPS = 2.0

Progress = Callable[[float, float], None]


def measure_sync(
    model: nn.Module,
    settings: ClipSettings,
    path: str,
    max_offset: float,
    batch_size: int,
    segment_seconds: float,
    progress: Progress,
) -> SyncResult:
    """Measure the offset between sound and picture of a file of any length.

    Each window of picture goes through the visual tower once, each window of sound through the
    audio tower once; only neck and head run for every pair of them.

    Args:
        model (nn.Module): An :class:`AudioVisualRecognizer` in evaluation mode.
        settings (ClipSettings): Of its clips.
        path (str): The file.
        max_offset (float): Largest shift to try either way, s.
        batch_size (int): Windows of picture at once.
        segment_seconds (float): Length of the stretches whose offset is also estimated alone.
        progress (Callable): Called with the seconds done and the seconds in all.

    Returns:
        SyncResult: See there.

    Raises:
        MediaError: If the file cannot be used.
        ConfigError: If the network's towers cannot run apart.
    """
    if not hasattr(model.backbone, 'forward_visual'):
        raise ConfigError(
            f'{type(model.backbone).__name__} joins sound and picture before its towers, so '
            'features cannot be compared at every shift; use a network with an '
            'AudioVisualBackbone.'
        )
    reach = max(1, round(max_offset / settings.step))
    hop = max(1, round(HOP_OF_CLIP * settings.num_frames))
    with MediaFile(path) as pictures, MediaFile(path) as sounds:
        begin, end = pictures.video_span
        audio = AudioWindowFeatures(model, sounds, settings, begin, 4 * batch_size)
        slots = [
            slot
            for slot in slots_inside(begin, (begin, end), settings)[::hop]
            if audio.slots and slot in range(audio.slots.start - reach, audio.slots.stop + reach)
        ]
        if not slots:
            first, last = sounds.audio_span
            raise TooShortError(
                path,
                f'has picture from {begin:.2f} to {end:.2f} s and sound from {first:.2f} to '
                f'{last:.2f} s, and this network compares {settings.clip_seconds} s of both',
            )
        clips = picture_windows(pictures, settings, begin, slots)
        rows = []
        for first in range(0, len(slots), batch_size):
            chosen = slots[first : first + batch_size]
            visual = _visual_features(model, [next(clips) for _ in chosen])
            rows += _score(model, settings, visual, chosen, audio, reach, batch_size)
            done = (chosen[-1] + settings.num_frames) * settings.step
            progress(done if chosen[-1] != slots[-1] else end - begin, end - begin)
    times = begin + np.array(slots) * settings.step + settings.clip_seconds / 2
    shifts = np.arange(-reach, reach + 1) * settings.step
    scores = np.stack(rows)
    if not np.isfinite(scores).any():
        if audio.unreadable:
            raise UnreadableMediaError(path, next(iter(audio.unreadable.values())))
        raise SilentAudioError(path, 'is silent wherever there is picture')
    return _summarise(path, settings, shifts, times, scores, segment_seconds, _notes(audio))


def _visual_features(model: nn.Module, clips: list[Tensor]) -> VisualFeatures:
    imgs = torch.stack(clips).to(next(model.parameters()).device)
    return model.backbone.forward_visual(model.data_preprocessor.normalize(imgs))


def _score(
    model: nn.Module,
    settings: ClipSettings,
    visual: VisualFeatures,
    slots: list[int],
    audio: AudioWindowFeatures,
    reach: int,
    batch_size: int,
) -> list[np.ndarray]:
    """Logits (2 * reach + 1,) of each window of picture, NaN where there is no sound."""
    features = audio.get(range(slots[0] - reach, slots[-1] + reach + 1))
    rows = []
    for index, slot in enumerate(slots):
        row = np.full(2 * reach + 1, np.nan)
        columns = [c for c in range(2 * reach + 1) if slot - reach + c in features]
        for first in range(0, len(columns), PAIRS_PER_WINDOW * batch_size):
            part = columns[first : first + PAIRS_PER_WINDOW * batch_size]
            heard = torch.stack([features[slot - reach + column] for column in part])
            fused = model.attend(
                map_stages(lambda stage, row=index: stage[row : row + 1], visual),
                heard[None],
                settings.num_frames,
                audio.num_spectra,
                settings.clip_seconds,
            )
            row[part] = model.cls_head.predict(fused)[0].cpu().numpy()
        rows.append(row)
    return rows


def _summarise(
    path: str,
    settings: ClipSettings,
    shifts: np.ndarray,
    times: np.ndarray,
    scores: np.ndarray,
    segment_seconds: float,
    notes: list[str],
) -> SyncResult:
    whole = estimate_offset(shifts, scores)
    segment_times, segments = offset_over_time(times, shifts, scores, segment_seconds)
    drift = find_drift(segment_times, segments, times[0], times[-1], settings.step)
    if drift is not None:
        # The curve of the whole file is smeared over all its offsets, so its stretches speak.
        known = [estimate for estimate in segments if estimate.offset is not None]
        middle = (drift.first + drift.last) / 2
        sure = float(np.median([estimate.confidence for estimate in known]))
        whole = OffsetEstimate(middle, middle, sure, False)
    return SyncResult(
        path=path,
        offset=whole.offset,
        confidence=whole.confidence,
        best=whole.best,
        at_edge=whole.at_edge,
        step=settings.step,
        shifts=shifts,
        curve=mean_curve(scores),
        window_times=times,
        window_scores=scores,
        segment_times=segment_times,
        segments=segments,
        drift=drift,
        notes=notes,
    )


def find_drift(
    times: np.ndarray, segments: list[OffsetEstimate], first: float, last: float, step: float
) -> Drift | None:
    """The drift of a file, or None if its offset stays.

    Args:
        times (np.ndarray): (G,) middles of stretches, s.
        segments (list[OffsetEstimate]): Offset of each.
        first (float): Beginning of what was measured, s.
        last (float): Its end, s.
        step (float): Distance of the shifts, s. A change of less than two steps, or one that most
            stretches lie farther from than that from their median, is no drift.
    """
    known = [i for i, estimate in enumerate(segments) if estimate.offset is not None]
    if len(known) < MIN_SEGMENTS:
        return None
    offsets = np.array([segments[i].offset for i in known])
    rate, at_zero = drift_rate(times[known], offsets)
    change = abs(rate) * (times[known[-1]] - times[known[0]])
    off_line = np.median(np.abs(offsets - at_zero - rate * times[known]))
    off_constant = np.median(np.abs(offsets - np.median(offsets)))
    if change < MIN_DRIFT_STEPS * step or off_line > off_constant / 2:
        return None
    return Drift(rate, at_zero + rate * first, at_zero + rate * last)


def _notes(audio: AudioWindowFeatures) -> list[str]:
    notes = []
    if audio.silent:
        notes.append(f'{len(audio.silent)} windows of sound are silent and were left out')
    if audio.unreadable:
        sentence = next(iter(audio.unreadable.values()))
        notes.append(f'{len(audio.unreadable)} windows of sound were left out: {sentence}')
    return notes

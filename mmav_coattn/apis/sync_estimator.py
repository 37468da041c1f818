"""The offset between audio and video of a file, read off its embedding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from mmav_coattn.errors import SilentAudioError, TooShortError, UnreadableMediaError
from mmav_coattn.evaluation.functional.offset_curve import (
    OffsetEstimate,
    drift_rate,
    estimate_offset,
    mean_curve,
    offset_over_time,
)
from mmav_coattn.models.necks.sliding_match import sliding_match
from mmav_coattn.models.recognizers import AudioVisualRecognizer

from .embedding import Embedding
from .streaming import clip_starts, moving_means
from .sync_result import Drift, SyncResult

#: Video steps whose match is computed at once.
BLOCK = 64
#: Fewest segments of known offset that a drift is read from.
MIN_SEGMENTS = 3
#: Change of the offset along a file that is called drift, in steps of the shift.
MIN_DRIFT_STEPS = 2.0


class MatchCurves:
    """Evidence of every step of a file at every shift of the audio, block by block.

    Args:
        model (AudioVisualRecognizer): With a :class:`CoAttentionNeck`.
        embedding (Embedding): Of the file, both streams.
        reach (int): Largest shift either way, in video steps.

    Attributes:
        valid (np.ndarray): (T, 2 reach + 1) boolean, whether at least half of the clip around a
            step has audible audio at a shift.

    Raises:
        MediaError: If there is no such clip.
    """

    def __init__(self, model: AudioVisualRecognizer, embedding: Embedding, reach: int) -> None:
        self.neck, self.head = model.neck, model.cls_head
        self.embedding = embedding
        self.reach = reach
        self.total, self.length = len(embedding.times), embedding.clip_steps
        # Audio on the grid of the video, from `reach` steps before it to as many after it.
        index = np.arange(-reach, self.total + reach)
        self._audio, inside, heard = embedding.audio_at(embedding.times[0] + index * embedding.step)
        self._begin, self._end = _extent(inside)
        self._starts = clip_starts(torch.arange(self.total), self.length, self.total)
        self._columns = torch.arange(self.total)[:, None] + torch.arange(2 * reach + 1)
        self._heard = torch.from_numpy(heard)[self._columns]  # (T, 2 reach + 1)
        sums = torch.cat([torch.zeros_like(self._heard[:1]).long(), self._heard.cumsum(dim=0)])
        self._counts = sums[self._starts + self.length] - sums[self._starts]
        self.valid = (self._counts >= self.length / 2).numpy()
        if self._end - self._begin < self.length or not self.valid.any():
            _refuse(embedding, self._end - self._begin)

    @property
    def distinct(self) -> slice:
        """Steps whose clips are all different: those in the middle of theirs."""
        return slice(self.length // 2, self.total - self.length + self.length // 2 + 1)

    def evidence(self) -> Iterator[Tensor]:
        """Evidence of each step over the audible part of the clip around it.

        Yields:
            Tensor: (B, P, L, 2 reach + 1), nats, of consecutive steps.
        """
        done = 0
        for _, mean in moving_means(self._matches(), self.length):
            counts = self._counts[done : done + len(mean)].clamp(min=1)
            yield mean * (self.length / counts)[:, None, None, :]
            done += len(mean)

    def _matches(self) -> Iterator[Tensor]:
        """The match of consecutive steps, 0 where there is no audible audio."""
        for begin in range(0, self.total, BLOCK):
            part = slice(begin, min(begin + BLOCK, self.total))
            columns = self._columns[part].clamp(self._begin, self._end - 1)
            windows = (columns - self.length // 2).clamp(self._begin, self._end - self.length)
            low, first = int(self._starts[part][0]), int(windows.min())
            high = int(self._starts[part][-1]) + self.length
            match = sliding_match(
                self.neck.match,
                self.embedding.visual[low:high],
                self._audio[first : int(windows.max()) + self.length],
                torch.arange(part.start, part.stop) - low,
                self._starts[part] - low,
                columns - first,
                windows - first,
                self.length,
            )
            yield match * self._heard[part][:, None, None, :]

    def compete(self, evidence: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weights (B, S, P, L), evidence of locations (B, S, P) and logits (B, S).

        Args:
            evidence (Tensor): (B, P, L, S), S shifts.
        """
        weights, locations, score = self.neck.compete(evidence.permute(0, 3, 1, 2), self.length)
        return weights, locations, self.head.logits(score)


@torch.no_grad()
def measure_sync(
    model: AudioVisualRecognizer, embedding: Embedding, max_offset: float, segment_seconds: float
) -> SyncResult:
    """Read the offset, the offset over time and a drift off an embedding.

    Args:
        model (AudioVisualRecognizer): The network of the embedding.
        embedding (Embedding): Of the file, both streams.
        max_offset (float): Largest shift to try either way, s.
        segment_seconds (float): Length of the segments whose offset is also estimated alone, s.

    Returns:
        SyncResult: See there.

    Raises:
        MediaError: If video and audio do not overlap for as long as a clip, or all of that is
            silent.
    """
    reach = max(1, round(max_offset / embedding.step))
    curves = MatchCurves(model, embedding, reach)
    rows = torch.cat([curves.compete(evidence)[2] for evidence in curves.evidence()])
    scores = np.where(curves.valid, rows.double().numpy(), np.nan)[curves.distinct]
    shifts = np.arange(-reach, reach + 1) * embedding.step
    times = embedding.times[curves.distinct]
    whole = estimate_offset(shifts, scores)
    segment_times, segments = offset_over_time(times, shifts, scores, segment_seconds)
    drift = find_drift(segment_times, segments, times[0], times[-1], embedding.step)
    if drift is not None:
        # The curve of the whole file is smeared over all its offsets, so its segments decide.
        known = [estimate for estimate in segments if estimate.offset is not None]
        middle = (drift.first + drift.last) / 2
        sure = float(np.median([estimate.confidence for estimate in known]))
        whole = OffsetEstimate(middle, middle, sure, False)
    return SyncResult(
        path=embedding.path,
        offset=whole.offset,
        confidence=whole.confidence,
        best=whole.best,
        at_edge=whole.at_edge,
        step=embedding.step,
        shifts=shifts,
        curve=mean_curve(scores),
        window_times=times,
        window_scores=scores,
        segment_times=segment_times,
        segments=segments,
        drift=drift,
        notes=embedding.notes,
    )


def _extent(inside: np.ndarray) -> tuple[int, int]:
    """First index and end of what is True; (0, 0) where nothing is."""
    found = np.flatnonzero(inside)
    return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)


def _refuse(embedding: Embedding, overlap: int) -> None:
    """Say why not one clip can be compared."""
    if overlap < embedding.clip_steps:
        first, last = embedding.audio_times[0], embedding.audio_times[-1]
        begin, end = embedding.times[0], embedding.times[-1]
        raise TooShortError(
            embedding.path,
            f'has video from {begin:.2f} to {end:.2f} s and audio from {first:.2f} to '
            f'{last:.2f} s, and this network compares {embedding.clip_steps * embedding.step:g} s '
            'of both',
        )
    if embedding.fault:
        raise UnreadableMediaError(embedding.path, embedding.fault)
    raise SilentAudioError(embedding.path, 'has no audible audio where there is video')


def find_drift(
    times: np.ndarray, segments: list[OffsetEstimate], first: float, last: float, step: float
) -> Drift | None:
    """The drift of a file, or None if its offset stays.

    Args:
        times (np.ndarray): (G,) middles of segments, s.
        segments (list[OffsetEstimate]): Offset of each.
        first (float): Beginning of what was measured, s.
        last (float): Its end, s.
        step (float): Distance of the shifts, s. A change of less than two steps, or one that most
            segments lie farther from than from their median, is no drift.
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

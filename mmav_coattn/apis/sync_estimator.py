"""The offset between audio and video of a file, read off its embedding."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

import numpy as np
import torch
from torch import Tensor

from mmav_coattn.errors import SilentAudioError, TooShortError, UnreadableMediaError
from mmav_coattn.evaluation.functional.offset_course import find_course, straighten
from mmav_coattn.evaluation.functional.offset_curve import Confidence, estimate_offset, mean_curve
from mmav_coattn.models.necks.sliding_match import sliding_match
from mmav_coattn.models.recognizers import AudioVisualRecognizer

from .embedding import SHORTEST_CLIP, Embedding
from .streaming import clip_starts, moving_means
from .sync_result import Drift, Piece, SyncResult

#: Video steps whose match is computed at once.
BLOCK = 64


class MatchCurves:
    """Evidence of every step of a file at every shift of the audio, block by block.

    Shifts are up to ``reach`` video steps either way. ``valid`` (T, 2 reach + 1) says whether at
    least half of the clip around a step has audible audio at a shift. Where video and audio overlap
    for less than a clip, all of that is one.

    Raises:
        MediaError: If there is no such clip: video and audio hardly overlap, or in silence.
    """

    def __init__(self, model: AudioVisualRecognizer, embedding: Embedding, reach: int) -> None:
        self.neck, self.head = model.neck, model.cls_head
        self.embedding = embedding
        self.total = len(embedding.times)
        # Audio on the grid of the video, from `reach` steps before it to as many after it.
        index = np.arange(-reach, self.total + reach)
        self._audio, inside, heard = embedding.audio_at(embedding.times[0] + index * embedding.step)
        found = np.flatnonzero(inside)
        self._begin, self._end = (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 0)
        least = ceil(SHORTEST_CLIP * embedding.clip_steps)
        self.length = max(min(embedding.clip_steps, self.total, self._end - self._begin), least)
        self._starts = clip_starts(torch.arange(self.total), self.length, self.total)
        self._columns = torch.arange(self.total)[:, None] + torch.arange(2 * reach + 1)
        self._heard = torch.from_numpy(heard)[self._columns]  # (T, 2 reach + 1)
        sums = torch.cat([torch.zeros_like(self._heard[:1]).long(), self._heard.cumsum(dim=0)])
        self._counts = sums[self._starts + self.length] - sums[self._starts]
        self.valid = (self._counts >= self.length / 2).numpy()
        if self._end - self._begin < self.length or not self.valid.any():
            _refuse(embedding, self._end - self._begin, self.length)

    @property
    def distinct(self) -> slice:
        """Steps whose clips are all different: those in the middle of theirs."""
        return slice(self.length // 2, self.total - self.length + self.length // 2 + 1)

    def evidence(self) -> Iterator[Tensor]:
        """Evidence (B, P, L, 2 reach + 1), nats, of consecutive steps over what is audible."""
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
        """Weights (B, S, P, L), evidence of locations (B, S, P), logits (B, S); of (B, P, L, S)."""
        weights, locations, score = self.neck.compete(evidence.permute(0, 3, 1, 2), self.length)
        return weights, locations, self.head.logits(score)


@torch.no_grad()
def measure_sync(
    model: AudioVisualRecognizer, embedding: Embedding, max_offset: float
) -> SyncResult:
    """Read the offset up to ``max_offset`` s either way, and its course, off an embedding.

    Raises:
        MediaError: See :class:`MatchCurves`.
    """
    step = embedding.step
    reach = max(1, round(max_offset / step))
    curves = MatchCurves(model, embedding, reach)
    rows = torch.cat([curves.compete(evidence)[2] for evidence in curves.evidence()])
    scores = np.where(curves.valid, rows.double().numpy(), np.nan)[curves.distinct]
    shifts = np.arange(-reach, reach + 1) * step
    times = embedding.times[curves.distinct]
    begin, end = embedding.times[0] - step / 2, embedding.times[-1] + step / 2
    confidence = Confidence(curves.length, *model.calibration)
    stretches, line = find_course(times, shifts, scores, confidence)
    drift, longest, course = None, None, np.zeros(len(times))
    if line is not None:
        drift = Drift(line.rate, float(line.at(begin)), float(line.at(end)))
        course = line.at(times) - (drift.first + drift.last) / 2
    elif stretches:
        lengths = [part.end - part.first for part in stretches]
        longest = stretches[np.argmax(lengths)].estimate.best
        course = np.repeat([part.estimate.best - longest for part in stretches], lengths)
    # Along its course the offset of a file is one, and so is its curve.
    straight = straighten(scores, np.round(course / step).astype(int))
    whole = estimate_offset(shifts, straight, confidence)
    cuts = [begin, *(float(times[part.first] - step / 2) for part in stretches[1:]), end]
    return SyncResult(
        path=embedding.path,
        offset=whole.offset if longest is None else longest,
        confidence=whole.confidence,
        best=whole.best,
        at_edge=whole.at_edge,
        step=step,
        shifts=shifts,
        curve=mean_curve(straight),
        window_times=times,
        window_scores=scores,
        pieces=[
            Piece(*span, part.estimate.best, part.estimate.confidence)
            for span, part in zip(pairwise(cuts), stretches, strict=False)
        ],
        drift=drift,
        notes=embedding.notes,
    )


def _refuse(embedding: Embedding, overlap: int, length: int) -> None:
    """Say why not one clip can be compared."""
    if overlap < length:
        first, last = embedding.audio_times[0], embedding.audio_times[-1]
        begin, end = embedding.times[0], embedding.times[-1]
        raise TooShortError(
            embedding.path,
            f'has video from {begin:.2f} to {end:.2f} s and audio from {first:.2f} to '
            f'{last:.2f} s, and this network needs {length * embedding.step:g} s of both',
        )
    if embedding.fault:
        raise UnreadableMediaError(embedding.path, embedding.fault)
    raise SilentAudioError(embedding.path, 'has no audible audio where there is video')

"""What measuring the offset of a file gives, and how it is said."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmav_coattn.evaluation.functional.offset_curve import MIN_CONFIDENCE, OffsetEstimate


class Drift(NamedTuple):
    """A change of the offset along the file.

    Attributes:
        rate (float): s of offset a second; 0.001 is 60 ms a minute.
        first (float): Offset at the beginning of the file on the fitted line, s.
        last (float): Offset at its end, s.
    """

    rate: float
    first: float
    last: float


class SyncResult(NamedTuple):
    """Offset between audio and video of a file.

    Attributes:
        path (str): The file.
        offset (float | None): s, above 0 where the audio is late; None where it cannot be told.
        confidence (float): 0 to 1.
        best (float): Shift of the highest score even where it cannot be told, s.
        at_edge (bool): Whether that is the largest shift that was tried.
        step (float): Distance of the shifts, s.
        shifts (np.ndarray): (S,) shifts tried, s.
        curve (np.ndarray): (S,) mean logit of each, NaN where the file has no such windows.
        window_times (np.ndarray): (W,) middles of the clips, s.
        window_scores (np.ndarray): (W, S) logits.
        segment_times (np.ndarray): (G,) middles of stretches of the file, s.
        segments (list[OffsetEstimate]): (G,) offset of each on its own.
        drift (Drift | None): If the offset changes along the file.
        notes (list[str]): Sentences on sound that was left out.
    """

    path: str
    offset: float | None
    confidence: float
    best: float
    at_edge: bool
    step: float
    shifts: np.ndarray
    curve: np.ndarray
    window_times: np.ndarray
    window_scores: np.ndarray
    segment_times: np.ndarray
    segments: list[OffsetEstimate]
    drift: Drift | None
    notes: list[str]

    def sentence(self) -> str:
        """The result in words, its sign explained."""
        if self.offset is None:
            reason = (
                f'the best match is at the largest shift that could be tried, {self.best:+.2f} s; '
                'try a larger search range, or a longer file'
                if self.at_edge and self.confidence >= MIN_CONFIDENCE
                else 'no shift of the audio matches the video clearly better than others'
            )
            return f'cannot tell: {reason} (confidence {self.confidence:.2f})'
        if self.drift is not None:
            return (
                f'the offset drifts by {60e3 * self.drift.rate:+.0f} ms a minute, from '
                f'{describe_offset(self.drift.first)} at the beginning to '
                f'{describe_offset(self.drift.last)} at the end; {describe_offset(self.offset)} '
                f'in the middle (confidence {self.confidence:.2f})'
            )
        if abs(self.offset) <= self.step / 2:
            return f'in sync, offset {self.offset:+.3f} s (confidence {self.confidence:.2f})'
        return f'{describe_offset(self.offset)} (confidence {self.confidence:.2f})'

    def to_dict(self) -> dict:
        """Plain numbers, for JSON; the scores of single windows are left out."""
        return dict(
            offset=self.offset,
            confidence=self.confidence,
            best=self.best,
            at_edge=self.at_edge,
            step=self.step,
            sentence=self.sentence(),
            shifts=self.shifts.round(6).tolist(),
            curve=[None if np.isnan(value) else float(value) for value in self.curve],
            over_time=[
                dict(time=float(time), offset=estimate.offset, confidence=estimate.confidence)
                for time, estimate in zip(self.segment_times, self.segments, strict=True)
            ],
            drift=None if self.drift is None else self.drift._asdict(),
            notes=self.notes,
        )


def describe_offset(offset: float) -> str:
    """An offset with its sign in words.

    >>> describe_offset(0.24), describe_offset(-0.08)
    ('audio is 0.24 s late', 'audio is 0.08 s early')
    """
    return f'audio is {abs(offset):.2f} s {"late" if offset >= 0 else "early"}'

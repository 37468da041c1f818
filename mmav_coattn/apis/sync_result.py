"""What measuring the offset of a file gives, and how it is said."""

from typing import NamedTuple

import numpy as np

from mmav_coattn.evaluation.functional.offset_curve import MIN_CONFIDENCE

from .verdict import Verdict, judge

#: Mean logit below which the audio of a file counts as made by nothing in sight. On real videos
#: logits are lower than on those of the training, so it is below 0 (figures: the networks' card).
NO_SOURCE = -0.5


class Drift(NamedTuple):
    """A change of the offset along the file."""

    rate: float  #: s of offset a second; 0.001 is 60 ms a minute.
    first: float  #: Offset at the beginning of the file on the fitted line, s.
    last: float  #: Offset at its end, s.


class Piece(NamedTuple):
    """A part of a file whose offset is another one than that of the next."""

    begin: float  #: s.
    end: float  #: s.
    offset: float  #: s.
    confidence: float  #: 0 to 1.


class SyncResult(NamedTuple):
    """Offset between audio and video of a file."""

    path: str
    #: s, above 0 where the audio is late; None where it cannot be told. Of a file whose offset
    #: drifts that in the middle, of one where it jumps that of the longest piece.
    offset: float | None
    confidence: float  #: 0 to 1.
    best: float  #: Shift of the highest score even where it cannot be told, s.
    at_edge: bool  #: Whether that is the largest shift that was tried.
    step: float  #: Distance of the shifts, s.
    shifts: np.ndarray  #: (S,) shifts tried, s.
    #: (S,) mean logit of each, NaN where the file has no such windows; of a file whose offset
    #: drifts or jumps, along its course.
    curve: np.ndarray
    window_times: np.ndarray  #: (W,) middles of the clips, s.
    window_scores: np.ndarray  #: (W, S) logits.
    pieces: list[Piece]  #: Two or more, where the offset jumps; else none.
    drift: Drift | None  #: If the offset changes along the file.
    notes: list[str]  #: Sentences on audio that was left out, on faces, and on networks.
    network: str | None = None  #: The one that measured, where there was a choice.

    @property
    def worst(self) -> float | None:
        """The offset farthest from 0 anywhere in the file, s; None where it cannot be told."""
        if self.offset is None:
            return None
        ends = [] if self.drift is None else [self.drift.first, self.drift.last]
        pieces = [piece.offset for piece in self.pieces]
        return max(pieces or [self.offset, *ends], key=abs)

    @property
    def in_sync(self) -> bool:
        """Whether the offset is nowhere told from 0: at most half a step."""
        return self.worst is not None and abs(self.worst) <= self.step / 2

    @property
    def no_visible_source(self) -> bool:
        """Whether the audio matches nothing that is in sight, at any shift.

        The mean logit of every shift tried is below :data:`NO_SOURCE`, and no offset stands out.
        """
        found = self.offset is not None or (self.at_edge and self.confidence >= MIN_CONFIDENCE)
        return not found and bool(np.nanmax(self.curve) < NO_SOURCE)

    @property
    def verdict(self) -> Verdict | None:
        """The worst offset against the limits of broadcasting; None where it cannot be told."""
        return None if self.worst is None else judge(self.worst, self.step)

    def sentence(self) -> str:
        """The result in words, its sign explained."""
        sure = f'(confidence {self.confidence:.2f})'
        if self.offset is None or (verdict := self.verdict) is None:
            if self.at_edge and self.confidence >= MIN_CONFIDENCE:
                reason = (
                    'the best match is at the largest shift that could be tried, '
                    f'{self.best:+.2f} s; try a larger search range, or a longer file'
                )
            elif self.no_visible_source:
                reason = 'no visible source: nothing in sight matches the audio at any shift'
            else:
                reason = 'no shift of the audio matches the video clearly better than others'
                if np.isnan(self.curve).any():
                    reason += ', and the file is too short to try them all'
            return f'cannot tell: {reason} {sure}'
        if self.pieces:
            each = ', '.join(
                f'{describe_offset(piece.offset)} from {piece.begin:.2f} to {piece.end:.2f} s'
                for piece in self.pieces
            )
            found = f'the offset jumps: {each}'
        elif self.drift is not None:
            found = (
                f'the offset drifts by {60e3 * self.drift.rate:+.0f} ms a minute, from '
                f'{describe_offset(self.drift.first)} at the beginning to '
                f'{describe_offset(self.drift.last)} at the end; {describe_offset(self.offset)} '
                'in the middle'
            )
        elif self.in_sync:
            found = f'in sync, offset {self.offset:+.3f} s'
        else:
            found = describe_offset(self.offset)
        changes = self.pieces or self.drift is not None
        return f'{found} {sure}: {"at worst " if changes else ""}{verdict.words}'

    def to_dict(self) -> dict:
        """Plain numbers, for JSON; the scores of single windows are left out."""
        values = self._asdict()
        del values['window_times'], values['window_scores']
        return values | dict(
            sentence=self.sentence(),
            verdict=None if self.verdict is None else self.verdict._asdict(),
            shifts=self.shifts.round(6).tolist(),
            curve=[None if np.isnan(value) else float(value) for value in self.curve],
            pieces=[piece._asdict() for piece in self.pieces],
            drift=None if self.drift is None else self.drift._asdict(),
        )


def describe_offset(offset: float) -> str:
    """An offset with its sign in words.

    >>> describe_offset(0.24), describe_offset(-0.08), describe_offset(-0.004)
    ('audio is 0.24 s late', 'audio is 0.08 s early', 'audio is in sync')
    """
    if abs(offset) < 0.005:
        return 'audio is in sync'
    return f'audio is {abs(offset):.2f} s {"late" if offset > 0 else "early"}'

"""What tells whether a file is fit for training, as one line of a table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmav_coattn.media import MediaFile

from .sync_result import SyncResult


class FileScore(NamedTuple):
    """How far a file is in sync.

    Attributes:
        path (str): The file.
        offset (float | None): s, above 0 where the audio is late; where the offset changes along
            the file, the one farthest from 0. None where it cannot be told.
        frames (float | None): The same in frames of the video; None if it states no frame rate.
        confidence (float): 0 to 1.
        match (float): Mean logit of "in sync" at the best shift, nats.
        windows (int): Clips that were scored; the next begins one step of the network later.
        course (str): ``'constant'``, ``'drifts'`` or ``'jumps'``.
        verdict (str): Against the limits of broadcasting, or ``'cannot tell'``.
    """

    path: str
    offset: float | None
    frames: float | None
    confidence: float
    match: float
    windows: int
    course: str
    verdict: str


def score_file(result: SyncResult) -> FileScore:
    """Sum up a measured file.

    Raises:
        MediaError: If the file cannot be opened.
    """
    with MediaFile(result.path) as media:
        rate = media.frame_rate
    offset = result.worst
    return FileScore(
        path=result.path,
        offset=offset,
        frames=None if offset is None or not rate else offset * float(rate),
        confidence=result.confidence,
        match=float(np.nanmax(result.curve)),
        windows=int(np.isfinite(result.window_scores).any(axis=1).sum()),
        course='jumps' if result.pieces else 'constant' if result.drift is None else 'drifts',
        verdict='cannot tell' if result.verdict is None else result.verdict.words,
    )

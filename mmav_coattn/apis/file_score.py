"""What tells whether a file is fit for training, and a table with a row a file."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmav_coattn.errors import ConfigError
from mmav_coattn.media import MediaFile

from .sync_result import SyncResult

COLUMNS = (
    'file', 'offset_s', 'offset_frames', 'confidence', 'match', 'windows', 'course', 'verdict',
    'error',
)  # fmt: skip


class FileScore(NamedTuple):
    """How far a file is in sync."""

    path: str
    #: s, above 0 where the audio is late; where it changes along the file, the one farthest from 0.
    #: None where it cannot be told.
    offset: float | None
    frames: float | None  #: The same in frames of the video; None if it states no frame rate.
    confidence: float  #: 0 to 1.
    match: float  #: Mean logit of "in sync" at the best shift.
    windows: int  #: Clips that were scored; the next begins one step of the network later.
    course: str  #: ``'constant'``, ``'drifts'`` or ``'jumps'``.
    verdict: str  #: Against the limits of broadcasting, or ``'cannot tell'``.


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


class ScoreTable:
    """A CSV file with a row for each file that was scored, or could not be.

    Each row is on its way to the disk before the next file is read, so a killed run keeps its
    rows; half a row is cut off when the table is opened again.

    Args:
        path (str | Path): The table. One that exists grows.

    Attributes:
        rows (dict[str, dict[str, str]]): By absolute path of the file, the cells by column.

    Raises:
        ConfigError: If the file exists and is another table.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = self.path.read_bytes() if self.path.is_file() else b''
        header = ','.join(COLUMNS).encode() + b'\n'
        if not (content.startswith(header) or header.startswith(content)):
            raise ConfigError(f'{path}: is another table or file; give another name.')
        whole = content[: content.rfind(b'\n') + 1]
        if whole != content:
            os.truncate(self.path, len(whole))
        text = whole.decode(errors='surrogateescape')
        self.rows = {row['file']: row for row in csv.DictReader(io.StringIO(text, newline=''))}
        if not whole:
            self._append(COLUMNS)

    def add(self, file: Path, score: FileScore | None, error: str | None) -> None:
        """Append the row of a file: its score, or the sentence that says what is wrong with it."""
        row = dict.fromkeys(COLUMNS, '') | dict(file=str(file.absolute()), error=error or '')
        if score is not None:
            row |= dict(
                offset_s='' if score.offset is None else f'{score.offset:+.3f}',
                offset_frames='' if score.frames is None else f'{score.frames:+.2f}',
                confidence=f'{score.confidence:.3f}',
                match=f'{score.match:.3f}',
                windows=str(score.windows),
                course=score.course,
                verdict=score.verdict,
            )
        self.rows[row['file']] = row
        self._append(row.values())

    def in_sync(self, tolerance: float) -> set[str]:
        """Absolute paths of the files whose offset is known and at most so many s, either way."""
        return {
            name
            for name, row in self.rows.items()
            if row['offset_s'] and abs(float(row['offset_s'])) <= tolerance
        }

    def _append(self, row) -> None:
        with self.path.open('a', encoding='utf-8', errors='surrogateescape', newline='') as file:
            csv.writer(file, lineterminator='\n').writerow(row)

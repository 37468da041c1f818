"""Scores of many files as a CSV table that grows by a row a file."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from mmav_coattn.errors import ConfigError

from .file_score import FileScore

COLUMNS = (
    'file', 'offset_s', 'offset_frames', 'confidence', 'match', 'windows', 'course', 'verdict',
    'error',
)  # fmt: skip


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
        cells = ['', '', '', '', '', '', '', error or '']
        if score is not None:
            cells = [
                '' if score.offset is None else f'{score.offset:+.3f}',
                '' if score.frames is None else f'{score.frames:+.2f}',
                f'{score.confidence:.3f}',
                f'{score.match:.3f}',
                str(score.windows),
                score.course,
                score.verdict,
                '',
            ]
        row = [str(file.absolute()), *cells]
        self.rows[row[0]] = dict(zip(COLUMNS, row, strict=True))
        self._append(row)

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

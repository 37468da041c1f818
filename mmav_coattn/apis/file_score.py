"""A table with a row a file, of what tells whether it is fit for training."""

import csv
import io
from pathlib import Path

import numpy as np

from mmav_coattn.errors import ConfigError
from mmav_coattn.io import write_whole
from mmav_coattn.media import MediaFile

from .sync_result import SyncResult

COLUMNS = (
    'file', 'offset_s', 'offset_frames', 'confidence', 'match', 'windows', 'course', 'verdict',
    'error',
)  # fmt: skip


def score_cells(result: SyncResult) -> dict[str, str]:
    """Cells of a measured file: of an offset that changes along it, the one farthest from 0.

    ``offset_frames`` is empty where the file states no frame rate, ``match`` is the mean logit of
    "in sync" at the best shift, and ``windows`` are the clips that were scored.

    Raises:
        MediaError: If the file cannot be opened.
    """
    with MediaFile(result.path) as media:
        rate = media.frame_rate
    offset = result.worst
    return dict(
        offset_s='' if offset is None else f'{offset:+.3f}',
        offset_frames='' if offset is None or not rate else f'{offset * float(rate):+.2f}',
        confidence=f'{result.confidence:.3f}',
        match=f'{np.nanmax(result.curve):.3f}',
        windows=str(np.isfinite(result.window_scores).any(axis=1).sum()),
        course='jumps' if result.pieces else 'constant' if result.drift is None else 'drifts',
        verdict='cannot tell' if result.verdict is None else result.verdict.words,
    )


class ScoreTable:
    """A CSV file that grows by a row for each file that was scored, or could not be.

    Each row is on its way to the disk before the next file is read, so a killed run keeps its
    rows; half a row is cut off when it is opened again. ``rows`` are cells by absolute path.

    Raises:
        ConfigError: If the file exists and is another table.
        UserError: If it cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        content = self.path.read_bytes() if self.path.is_file() else b''
        header = ','.join(COLUMNS).encode() + b'\n'
        if not (content.startswith(header) or header.startswith(content)):
            raise ConfigError(f'{path}: is another table or file; give another name.')
        whole = content[: content.rfind(b'\n') + 1] or header
        if whole != content:
            write_whole(whole, self.path)
        text = whole.decode(errors='surrogateescape')
        self.rows = {row['file']: row for row in csv.DictReader(io.StringIO(text, newline=''))}

    def add(self, file: Path, cells: dict[str, str]) -> None:
        """Append the row of a file: its :func:`score_cells`, or its ``error``."""
        row = dict.fromkeys(COLUMNS, '') | cells | dict(file=str(file.absolute()))
        self.rows[row['file']] = row
        with self.path.open('a', encoding='utf-8', errors='surrogateescape', newline='') as table:
            csv.writer(table, lineterminator='\n').writerow(row.values())

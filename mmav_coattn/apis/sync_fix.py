"""Shift the audio of a file into sync, and check the copy by measuring it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mmav_coattn.errors import UnknownOffsetError
from mmav_coattn.media.remux import left_out, shift_audio

from .sync_result import SyncResult

if TYPE_CHECKING:
    from .inferencer import AudioVisualInferencer


class SyncFix(NamedTuple):
    """A copy whose audio was shifted."""

    path: Path  #: The copy.
    shift: float  #: How far its audio was moved, s; below 0 it was made earlier.
    after: SyncResult  #: Measured on the copy.
    left_out: list[str]  #: Streams of the original, by kind, that the copy has not.

    def sentence(self) -> str:
        """What was done and what is left."""
        way = 'later' if self.shift > 0 else 'earlier'
        without = f'; not copied: {", ".join(self.left_out)}' if self.left_out else ''
        return (
            f'audio moved {abs(self.shift):.3f} s {way}, video not encoded again{without}; '
            f'measured again: {self.after.sentence()}'
        )

    def to_dict(self) -> dict:
        """Plain values, for JSON."""
        return dict(self._asdict(), path=str(self.path), after=self.after.to_dict())


def fix_sync(
    inferencer: AudioVisualInferencer, result: SyncResult, out: str | Path, **settings
) -> SyncFix:
    """Write a copy of a measured file with its audio shifted by the offset found, and measure it.

    ``settings`` are those of :meth:`AudioVisualInferencer.sync`; the network is that of the result.

    Raises:
        UnknownOffsetError: If the offset could not be told, drifts or jumps, which no one shift
            mends, or if the copy is not nearer to sync; then it is removed.
        MediaError: If the copy cannot be made or measured.
    """
    if result.offset is None:
        raise UnknownOffsetError(result.path, f'was not mended: {result.sentence()}')
    if result.drift is not None or result.pieces:
        change = 'jump' if result.pieces else 'drift'
        why = f'because no one shift mends a {change}: {result.sentence()}'
        raise UnknownOffsetError(result.path, f'was not mended, {why}')
    path = shift_audio(result.path, out, -result.offset)
    try:
        if result.network is not None:
            settings['network'] = result.network
        after = inferencer.sync(path, **settings)
        if after.worst is None or abs(after.worst) >= abs(result.offset):
            raise UnknownOffsetError(
                result.path,
                'was not mended, because the copy is not nearer to sync: measured again, '
                f'{after.sentence()}; the original, {result.sentence()}',
            )
    except BaseException:  # also where it is interrupted: nobody may take it for a mended file
        path.unlink()
        raise
    return SyncFix(path, -result.offset, after, left_out(result.path, path))

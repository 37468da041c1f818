"""What the page does with one video, without the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mmav_coattn.apis.sync_fix import fix_sync
from mmav_coattn.errors import MediaError
from mmav_coattn.media.remux import copy_suffix
from mmav_coattn.visualization.sync_curve import plot_sync

if TYPE_CHECKING:
    from mmav_coattn.apis import AudioVisualInferencer


class Analysis(NamedTuple):
    """What there is to show of a video."""

    overlay: Path  #: MP4 with the map, of the copy if there is one.
    curve: Path  #: PNG of the match at each shift.
    fixed: Path | None  #: Copy with its audio shifted into sync, if it needed that.
    sentences: list[str]  #: Offset, notes, and what became of the copy.


def analyse(
    inferencer: AudioVisualInferencer,
    video: str | Path,
    folder: str | Path,
    max_offset: float = 1.0,
    tell: Callable[[float, str], None] = lambda share, doing: None,
) -> Analysis:
    """Measure the offset, up to ``max_offset`` s, mend a copy, and draw what is in sync.

    ``tell`` is called with the share done, 0 to 1, and what is being done.

    Raises:
        MediaError: If the file cannot be used.
        ConfigError: If ``max_offset`` is out of range.
    """
    video, folder = Path(video), Path(folder)
    with _told(inferencer, tell, embedding=(0.0, 0.4)):
        tell(0.0, 'listening for the offset')
        result = inferencer.sync(video, max_offset=max_offset)
    sentences = [result.sentence(), *result.notes]
    curve = plot_sync(result, folder / f'{video.stem}_sync.png', heading=False)

    tell(0.4, 'mending a copy and measuring it again')
    fixed = None
    if result.in_sync:
        sentences.append('The file is in sync as it is, so there is no corrected copy.')
    elif result.offset is None:
        sentences.append('There is no corrected copy.')
    else:
        try:
            copy = folder / f'{video.stem}_fixed{copy_suffix(video)}'
            with _told(inferencer, tell, embedding=(0.4, 0.7)):
                done = fix_sync(inferencer, result, copy, max_offset=max_offset)
            fixed = done.path
            sentences.append(f'Corrected copy: {done.sentence()}.')
        except MediaError as error:
            sentences.append(f'There is no corrected copy: {error.detail}.')

    tell(0.7, 'drawing where the sound comes from')
    overlay = folder / f'{video.stem}_overlay.mp4'
    # What moves when something sounds is the source only where both are in sync.
    with _told(inferencer, tell, embedding=(0.7, 0.8), writing=(0.8, 1.0)):
        inferencer.localize(fixed or video, overlay)
    if fixed is not None:
        sentences.append('The heat map is that of the corrected copy.')
    tell(1.0, 'done')
    return Analysis(overlay, curve, fixed, sentences)


@contextmanager
def _told(
    inferencer: AudioVisualInferencer,
    tell: Callable[[float, str], None],
    **shares: tuple[float, float],
) -> Iterator[None]:
    """Pass the inferencer's own progress on; of each thing it does, where its share begins."""

    def listen(doing: str, done: float, total: float) -> None:
        begin, end = shares[doing]
        share = done / total if total else 1.0
        tell(begin + (end - begin) * share, f'{doing}: {done:.0f} of {total:.0f} s of video')

    inferencer.listener = listen
    try:
        yield
    finally:
        inferencer.listener = None

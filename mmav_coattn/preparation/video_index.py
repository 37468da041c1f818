"""Finding the files of an official list in a folder, whatever a downloader called them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mmav_coattn.datasets.video_lists import find_videos
from mmav_coattn.errors import ConfigError, DataNotFoundError


@dataclass(frozen=True)
class Clip:
    """One entry of an official list."""

    name: str  #: identity of the video: a YouTube id, or a file's own name
    start: float | None = None  #: first second of the clip within the video; None is all of it
    end: float | None = None  #: last second
    category: str = ''  #: name of its class; empty for none
    columns: dict[str, str] = field(default_factory=dict)  #: more of it for the table

    @property
    def key(self) -> str:
        """Identity of the clip: the same video may be listed with several starts."""
        return self.name if self.start is None else f'{self.name}_{self.start:g}'

    def stems(self) -> Iterator[str]:
        """File names without suffix under which downloaders store the clip, the surest first."""
        if self.start is not None:
            times = [time for time in (self.start, self.end) if time is not None]
            written = [
                [f'{t:06.0f}', f'{t:g}', f'{t:.3f}', f'{1000 * t:.0f}']  # s four ways, the last ms
                for t in times
            ]
            for count in range(len(times), 0, -1):
                for span in zip(*written[:count], strict=True):
                    yield '_'.join((self.name, *span))
        yield self.name


def named_twice(names: Iterable[str]) -> list[str]:
    """Those that come more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def index_videos(root: Path) -> dict[str, list[str]]:
    """Paths of all video files below a folder, by their name without suffix.

    Raises:
        DataNotFoundError: If there is no such folder.
        ConfigError: If it holds no video.
    """
    if not root.is_dir():
        raise DataNotFoundError(f'{root}: this folder of videos does not exist.')
    by_stem: dict[str, list[str]] = {}
    for relpath in find_videos(root):
        by_stem.setdefault(PurePosixPath(relpath).stem, []).append(relpath)
    if not by_stem:
        raise ConfigError(f'{root}: this folder holds no video file, at any depth.')
    return by_stem


def find_clip(by_stem: dict[str, list[str]], clip: Clip) -> str | None:
    """Path of a clip's file, or None if it is not there.

    Where several files have its name, one in a folder named after its class comes first, then
    the first in alphabetical order.
    """
    found = next((by_stem[stem] for stem in clip.stems() if stem in by_stem), None)
    if found is None:
        return None
    folder = _folder_name(clip.category)
    alike = [x for x in found if folder in map(_folder_name, PurePosixPath(x).parts[:-1])]
    return (alike or found)[0]


def _folder_name(name: str) -> str:
    return name.strip().lower().replace(' ', '_')

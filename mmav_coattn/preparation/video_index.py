"""Finding the files of an official list in a folder, whatever a downloader called them."""

from __future__ import annotations

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
            start, end = self.start, self.end
            begins = [f'{start:.0f}'.zfill(6), f'{start:g}', f'{start:.3f}', f'{start * 1000:.0f}']
            if end is not None:
                ends = [f'{end:.0f}'.zfill(6), f'{end:g}', f'{end:.3f}', f'{end * 1000:.0f}']
                for begin, finish in zip(begins, ends, strict=True):
                    yield f'{self.name}_{begin}_{finish}'
            for begin in begins:
                yield f'{self.name}_{begin}'
        yield self.name


def named_twice(names: Iterable[str]) -> list[str]:
    """Those that come more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


class VideoIndex:
    """All video files below a folder, by their name without suffix.

    Args:
        root (Path): The folder.

    Raises:
        DataNotFoundError: If there is no such folder.
        ConfigError: If it holds no video.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise DataNotFoundError(f'{root}: this folder of videos does not exist.')
        self.root = root
        self.by_stem: dict[str, list[str]] = {}
        for relpath in find_videos(root):
            self.by_stem.setdefault(PurePosixPath(relpath).stem, []).append(relpath)
        if not self.by_stem:
            raise ConfigError(f'{root}: this folder holds no video file, at any depth.')

    def find(self, clip: Clip) -> str | None:
        """Path of a clip's file within the folder, or None if it is not there.

        Where several files have its name, one in a folder named after its class comes first, then
        the first in alphabetical order.
        """
        for stem in clip.stems():
            found = self.by_stem.get(stem)
            if found:
                wanted = _folder_name(clip.category)
                alike = [
                    path
                    for path in found
                    if wanted and wanted in map(_folder_name, PurePosixPath(path).parts[:-1])
                ]
                return (alike or found)[0]
        return None

    def split(self, clips: Iterable[Clip]) -> tuple[list[tuple[Clip, str]], list[Clip]]:
        """Clips whose file is there, with its path, and those whose file is missing."""
        found, missing = [], []
        for clip in clips:
            path = self.find(clip)
            if path is None:
                missing.append(clip)
            else:
                found.append((clip, path))
        return found, missing


def _folder_name(name: str) -> str:
    return name.strip().lower().replace(' ', '_')

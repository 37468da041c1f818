"""One action on many files: one that fails is named at the end, and the others are still done."""

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from mmav_coattn.datasets.video_lists import find_videos
from mmav_coattn.errors import DataNotFoundError, MediaError
from mmav_coattn.progress import progress_bar


class InputFile(NamedTuple):
    """A file to work on."""

    path: Path  #: The file.
    #: Relative path for what is made of it, without suffix; no two files share one. It has room for
    #: an addition, so a file name of more than 240 bytes is cut to 50 letters.
    name: str


class BatchResult(NamedTuple):
    """What became of many files, by path."""

    results: dict[str, Any]  #: Of those that were done.
    failures: dict[str, str]  #: Of the others, the sentence that says what is wrong.

    def summary(self) -> str:
        """How many were done, and each that failed with its reason, one a line."""
        total = len(self.results) + len(self.failures)
        lines = [f'{len(self.results)} of {total} files done, {len(self.failures)} failed']
        return '\n  '.join(lines + list(self.failures.values()))


def expand_inputs(inputs: Iterable[str | Path]) -> list[InputFile]:
    """All files that are meant, each once, in the order given, folders alphabetically.

    Of files, folders (searched for videos at any depth), and patterns such as ``'clips/*.mp4'``
    (``**`` for any depth); a file that exists is taken as it is, even if its name holds ``*``.

    Raises:
        DataNotFoundError: If there is no such file or folder, no video in a folder, or none fits.
    """
    found: dict[Path, Path] = {}
    for item in inputs:
        path = Path(item)
        if path.is_file():
            relative = {path: Path(path.name)}
        elif path.is_dir():
            relative = {path / video: Path(video) for video in find_videos(path)}
            if not relative:
                raise DataNotFoundError(f'{item}: there is no video in this folder.')
        elif glob.has_magic(str(item)):
            # pathlib's own glob takes no absolute pattern.
            matches = sorted(map(Path, glob.glob(str(item), recursive=True)))  # noqa: PTH207
            relative = {match: Path(match.name) for match in matches if match.is_file()}
            if not relative:
                raise DataNotFoundError(f'{item}: no file fits this pattern.')
        else:
            raise DataNotFoundError(f'{item}: there is no such file or folder.')
        for file, name in relative.items():
            if len(os.fsencode(name.name)) > 240:
                name = name.with_name(f'{name.stem[:50]}{name.suffix}')
            found.setdefault(file, name)
    return _with_unique_names(found)


def _with_unique_names(found: dict[Path, Path]) -> list[InputFile]:
    """Names without suffix where that tells files apart, else with it, else with a number."""
    bare = Counter(name.with_suffix('') for name in found.values())
    full = Counter(found.values())
    files, taken = [], {name for name, times in bare.items() if times == 1}
    for path, name in found.items():
        unique = name.with_suffix('')
        if bare[unique] > 1:
            whole = name.with_name(name.name.replace('.', '_'))
            numbered = (whole.with_name(f'{whole.name}_{number}') for number in count(1))
            choices = numbered if full[name] > 1 else chain([whole], numbered)
            unique = next(choice for choice in choices if choice not in taken)
            taken.add(unique)
        files.append(InputFile(path, unique.as_posix()))
    return files


def run_each(
    files: Sequence[InputFile], action: Callable[[InputFile], Any], bar: bool = False
) -> BatchResult:
    """Run an action on each file; one that cannot be used is named at once, and the others done.

    ``bar`` shows a progress bar over all files.
    """
    results, failures = {}, {}
    with progress_bar(total=len(files), desc='videos', unit='video', disable=not bar) as shown:
        for file in files:
            try:
                results[str(file.path)] = action(file)
            except MediaError as error:
                failures[str(file.path)] = str(error)
                shown.write(f'failed: {error}')
            shown.update()
    return BatchResult(results, failures)

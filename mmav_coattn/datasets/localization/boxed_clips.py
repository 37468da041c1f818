"""What the test sets of source localisation share: finding the files, and coverage."""

from abc import abstractmethod
from pathlib import Path

from mmengine.logging import print_log

from mmav_coattn.datasets.audio_visual_dataset import AudioVisualDataset
from mmav_coattn.datasets.video_lists import VIDEO_SUFFIXES
from mmav_coattn.errors import ConfigError, DataNotFoundError

IMAGE_SUFFIXES = frozenset('.jpg .jpeg .png .bmp'.split())
SOUND_SUFFIXES = frozenset('.wav .flac .mp3 .m4a .ogg .opus'.split())
#: Of the files in each folder of a layout.
SUFFIXES = dict(videos=(VIDEO_SUFFIXES,), frames=(IMAGE_SUFFIXES, SOUND_SUFFIXES))


class BoxedClipsDataset(AudioVisualDataset):
    """Base of test sets that are an annotation and files that a user may have in part.

    Files lie in folders of the data root (:attr:`FOLDERS`), each named by its clip. Clips whose
    files are not there are left out, and the coverage is printed; :attr:`coverage` keeps it.

    Args:
        layout (str, optional): ``'videos'``, in ``videos/``, the default; or ``'frames'``, a frame
            of each clip in ``frames/`` and its audio in ``audio/``.
        silent_list (str, optional): The silent extension of the set: clips whose audio has no
            source in sight, in the same folders. A clip's name at the beginning of each line, up to
            a comma; within ``data_root`` unless absolute.
        **kwargs: Of :class:`AudioVisualDataset`; ``ann_file`` is :attr:`ANN_FILE` and ``test_mode``
            True by default.

    Raises:
        ConfigError: If the layout is unknown or an annotation is malformed.
        DataNotFoundError: If the list or every single clip is absent.
    """

    ANN_FILE = ''
    #: Folders within the data root by layout, the first the default; a set may have one only.
    FOLDERS: dict[str, tuple[str, ...]] = dict(videos=('videos',), frames=('frames', 'audio'))

    def __init__(self, layout: str | None = None, silent_list: str | None = None, **kwargs) -> None:
        self.layout = next(iter(self.FOLDERS)) if layout is None else layout
        if self.layout not in self.FOLDERS:
            raise ConfigError(
                f'{type(self).__name__}: layout={layout!r} is not one of {tuple(self.FOLDERS)}.'
            )
        self.silent_list = silent_list
        #: Clips that are there, and clips of the set.
        self.coverage = (0, 0)
        super().__init__(**dict(ann_file=self.ANN_FILE, test_mode=True) | kwargs)

    @abstractmethod
    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """Clips of the set: ``name``, ``boxes`` (fractions), ``annotators`` and what else.

        A clip without a box has no source in sight. Sets with masks give ``masks`` instead, each a
        dict of ``time`` (s, or None) and ``mask``, a file or outlines (K, 2) in fractions, or none.
        """

    def read_list(self, ann_file: Path, root: Path) -> list[dict]:
        """Clips of :meth:`read_annotation` that are there.

        With ``relpath``, ``sound_relpath`` (layout ``'frames'``), ``has_source`` and, without a
        source, ``silent_kind='extended'``.
        """
        entries = self.read_annotation(ann_file, root)
        if self.silent_list is not None:
            known = {entry['name'] for entry in entries}
            silent = [x for x in read_names(root / self.silent_list) if x not in known]
            entries += [dict(name=name, boxes=[], annotators=1) for name in silent]
        folders = zip(self.FOLDERS[self.layout], SUFFIXES[self.layout], strict=True)
        files = [list_folder(root, *each) for each in folders]
        items, missing = [], []
        for entry in entries:
            paths = [folder.get(entry['name']) for folder in files]
            if None in paths or entry.get('masks') == []:
                missing.append(entry['name'])
                continue
            seen = bool(entry.get('masks', entry.get('boxes')))
            found = dict(zip(('relpath', 'sound_relpath'), paths, strict=False))
            kind = {} if seen else dict(silent_kind='extended')
            items.append(entry | found | dict(label=-1, has_source=seen) | kind)
        self.coverage = (len(items), len(entries))
        if not items:
            raise DataNotFoundError(
                f'{root}: none of the {len(entries):,} clips of {ann_file.name} is there; they '
                f'belong into its {" and ".join(self.FOLDERS[self.layout])}, each named by its '
                f'clip, such as {missing[0]!r}. {self.hint}'
            )
        message = f'{type(self).__name__}: {len(items):,} of {len(entries):,} clips are there'
        if missing:
            message += f'; absent: {", ".join(missing[:5])}' + ' ...' * (len(missing) > 5)
        print_log(f'{message}.', 'current')
        return items


def list_folder(root: Path, folder: str, suffixes: frozenset[str]) -> dict[str, str]:
    """Relative paths of a folder's files, at any depth, by their path in it without suffix."""
    path = root / folder
    files = sorted(file for file in path.rglob('*') if file.suffix.lower() in suffixes)
    return {
        file.relative_to(path).with_suffix('').as_posix(): file.relative_to(root).as_posix()
        for file in files
    }


def read_names(path: Path) -> list[str]:
    """Clips that a list names, one at the beginning of each line, up to a comma."""
    if not path.is_file():
        raise DataNotFoundError(f'{path}: this list of clips does not exist.')
    lines = path.read_text(encoding='utf-8').splitlines()
    return [line.split(',')[0].strip() for line in lines if line.strip()]

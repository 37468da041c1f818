"""Videos with audio, from a folder or an annotation file; labels are optional."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from mmaction.registry import DATASETS, TRANSFORMS
from mmaction.structures import ActionDataSample
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import (
    ConfigError,
    DataNotFoundError,
    MediaError,
    MissingFileError,
    SilentAudioError,
    UserError,
)

from .reading_note import note_reading
from .resumable_sampler import Draw
from .silent_clips import add_silent_clips
from .video_lists import find_videos, is_held_out, read_annotations, read_table

#: How many files a message names.
_NAMED = 5
#: Absolute paths of a sample, each from a path within the video root.
_JOINED = dict(filename='relpath', sound_filename='sound_relpath', other_filename='other_sound')


@DATASETS.register_module()
class AudioVisualDataset(BaseDataset):
    """Videos with audio.

    The videos are either all video files below the data root, in alphabetical order, or those that
    an annotation file lists, by lines (:func:`~mmav_coattn.datasets.video_lists.read_annotations`)
    or as a ``.csv`` table (:func:`~mmav_coattn.datasets.video_lists.read_table`).

    A file that cannot be used (missing, unreadable, without video or audio, silent, or too
    short) is never replaced in silence:

    - ``on_unusable='skip'``, training: another file is drawn, and the sample carries the meta
      information ``replaced``, a list of ``(relpath, reason, sentence)``, which
      :class:`~mmav_coattn.engine.hooks.UnusableMediaReportHook` counts and reports;
    - ``on_unusable='skip'``, test mode: the sample has no tensors and carries the meta information
      ``unusable``, ``(reason, sentence)``, which the metric lists by name;
    - ``on_unusable='error'``: the error is raised.

    Args:
        ann_file (str): Annotation file, within ``data_root`` unless absolute. Defaults to ``''``:
            all video files below the data root.
        data_root (str): Folder of the data.
        pipeline (Sequence[dict or Callable]): Transforms.
        held_out (tuple[str, float], optional): ``('train', share)`` or ``('val', share)``: only
            that part of the list, split by a hash of each path; ``share`` is that of the ``val``
            part in both. For folders without lists. Defaults to None, all.
        on_unusable (str): ``'skip'`` or ``'error'``.
        hint (str): One sentence that says how to make the data, for the message where they are
            absent.
        silent_clips (dict, optional): ``kinds`` and ``seed`` of
            :func:`~mmav_coattn.datasets.silent_clips.add_silent_clips`; needs ``ReplaceSound`` in
            the pipeline. For testing.
        **kwargs: Further arguments of :class:`mmengine.dataset.BaseDataset`; ``max_refetch``, how
            many files in a row may be unusable in training, is 100 by default, and
            ``data_prefix=dict(video=...)`` is the folder of the videos within ``data_root``.

    Raises:
        ConfigError: If the annotation file is empty or malformed, a folder holds no video, or a
            transform of the pipeline is unknown.
        DataNotFoundError: If the data root or the annotation file does not exist.
    """

    ANNOTATION_IS_FOLDER = False

    def __init__(
        self,
        ann_file: str = '',
        data_root: str = '',
        pipeline: Sequence[dict | Callable] = (),
        held_out: tuple[str, float] | None = None,
        on_unusable: str = 'skip',
        hint: str = '',
        silent_clips: dict | None = None,
        **kwargs,
    ) -> None:
        if on_unusable not in ('skip', 'error'):
            raise ConfigError(f"on_unusable={on_unusable!r} must be 'skip' or 'error'.")
        if not ann_file and not data_root:
            raise ConfigError(f'{type(self).__name__} needs data_root, a folder of videos.')
        if held_out is not None and not (held_out[0] in ('train', 'val') and 0 < held_out[1] < 1):
            allowed = "('train', share) or ('val', share), with a share between 0 and 1"
            raise ConfigError(f'held_out={held_out!r} must be {allowed}.')
        self.held_out = held_out
        self.on_unusable = on_unusable
        self.hint = hint
        self.silent_clips = silent_clips
        super().__init__(
            ann_file=str(ann_file),
            data_root=str(data_root),
            pipeline=build_transforms(pipeline),
            **dict(max_refetch=100) | kwargs,
        )

    @property
    def video_root(self) -> str:
        """Absolute path of the folder that relative paths start from."""
        root = self.data_prefix.get('video') or self.data_root
        return os.path.abspath(root or Path(self.ann_file).parent)  # noqa: PTH100

    def load_data_list(self) -> list[dict]:
        """List the videos: ``relpath`` (within the video root), ``label`` (-1 for none) and, from
        an annotation file, ``line`` (its number there, from 1)."""
        root, ann_file = Path(self.video_root), Path(self.ann_file)
        if not root.is_dir():
            raise DataNotFoundError(self._absent('folder of videos', root))
        if self.ann_file:
            if not (ann_file.is_dir() if self.ANNOTATION_IS_FOLDER else ann_file.is_file()):
                raise DataNotFoundError(self._absent('annotation file', ann_file))
            items, source = self.read_list(ann_file, root), ann_file
        else:
            items, source = [dict(relpath=path, label=-1) for path in find_videos(root)], root
            if not items:
                raise ConfigError(f'{root}: this folder holds no video file, at any depth.')
        if self.held_out is None:
            return items
        part, share = self.held_out
        chosen = [x for x in items if is_held_out(x['relpath'], share) == (part == 'val')]
        if not chosen:
            raise ConfigError(
                f'{source}: of its {len(items)} videos none falls into the {part} part of '
                f'held_out={self.held_out!r}. Use more videos or another share, or leave held_out '
                f'out and train with --no-validate.'
            )
        return chosen

    def read_list(self, ann_file: Path, root: Path) -> list[dict]:
        """The videos that an annotation file names; its format is the set's."""
        read = read_table if ann_file.suffix.lower() == '.csv' else read_annotations
        return read(ann_file, str(root))

    def filter_data(self) -> list[dict]:
        """The videos, and after them the silent clips that were asked for."""
        if self.silent_clips is None:
            return self.data_list
        return add_silent_clips(self.data_list, **self.silent_clips)

    def get_data_info(self, idx: int) -> dict:
        """What :meth:`load_data_list` says of a video, with ``filename`` (absolute)."""
        info = super().get_data_info(idx)
        # Joined only now: the full path of each file of a large set would take most of its memory.
        for own, other in _JOINED.items():
            if other in info:
                info[own] = os.path.join(self.video_root, info[other])  # noqa: PTH118
        return info

    def prepare_data(self, idx: int):
        """Run the pipeline on one video.

        Raises:
            MissingFileError: If the file does not exist; names the line of the annotation file.
            MediaError: If a transform returned None, mmengine's way to refuse a sample.
        """
        info = self.get_data_info(idx)
        path = info['filename']
        if not os.path.isfile(path):  # noqa: PTH113
            what = 'is no regular file' if os.path.exists(path) else 'does not exist'  # noqa: PTH110
            if os.path.isdir(path):  # noqa: PTH112
                what = 'is a folder, not a file'
            raise MissingFileError(path, f'{what}{self._named_where(info)}')
        note_reading(path)
        data = self.pipeline(info)
        if data is None:
            raise MediaError(path, 'was refused by a transform of the pipeline')
        return data

    def __getitem__(self, idx: int) -> dict:
        """One packed sample; see the class for what happens to unusable files.

        Raises:
            MediaError: If the file cannot be used and ``on_unusable='error'``.
            UserError: If in training no drawn file can be used; names the first of them.
        """
        self.full_init()
        if isinstance(idx, Draw):
            idx.seed_all()
            idx = int(idx)
        if self.on_unusable == 'error':
            return self.prepare_data(idx)
        if self.test_mode:
            try:
                return self.prepare_data(idx)
            except MediaError as error:
                return unusable_sample(self.get_data_info(idx), error)
        replaced: list[tuple[str, str, str]] = []
        hopeless: set[int] = set()
        while len(replaced) <= self.max_refetch and len(hopeless) < len(self):
            # A hopeless file is not tried, and counted, twice for the same sample.
            while idx in hopeless:
                idx = self._rand_another()
            try:
                data = self.prepare_data(idx)
            except MediaError as error:
                relpath = self.get_data_info(idx)['relpath']
                replaced.append((relpath, error.reason, str(error)))
                # Another draw of windows may meet audio in the same file; nothing else changes.
                if not isinstance(error, SilentAudioError):
                    hopeless.add(idx)
                idx = self._rand_another()
                continue
            if replaced:
                data['data_samples'].set_metainfo(dict(replaced=replaced))
            return data
        raise UserError(self._exhausted(replaced))

    def _named_where(self, info: dict) -> str:
        return f', named in {self.ann_file} line {info["line"]}' if 'line' in info else ''

    def _absent(self, what: str, path: Path) -> str:
        hint = f' {self.hint}' if self.hint else ''
        return (
            f'{path}: this {what} does not exist.{hint} Give the folder of your own videos by '
            'data_root, or see everything work without any data by `make demo`.'
        )

    def _exhausted(self, replaced: list[tuple[str, str, str]]) -> str:
        where = self.ann_file or self.video_root
        if len(self) == 1:
            return f'{where}: its only video cannot be used: {replaced[0][2]}.'
        counts = Counter(reason for _, reason, _ in replaced).most_common()
        reasons = ', '.join(f'{count} {reason}' for reason, count in counts)
        sentences = {relpath: sentence for relpath, _, sentence in replaced}
        named = '; '.join(list(sentences.values())[:_NAMED])
        return (
            f'{where}: no usable video among {len(replaced)} drawn in a row of {len(self)} '
            f'({reasons}): {named}.'
        )


def unusable_sample(info: dict, error: MediaError) -> dict:
    """What stands for a file that cannot be used, in test mode: no tensors, and the reason."""
    metainfo = {key: info[key] for key in ('filename', 'relpath', 'sample_idx')}
    metainfo['unusable'] = (error.reason, str(error))
    inputs = dict(imgs=None, audio=None, audio_starts=None)
    return dict(inputs=inputs, data_samples=ActionDataSample(metainfo=metainfo))


def build_transforms(pipeline: Sequence[dict | Callable]) -> list[Callable]:
    """Build transforms from mmaction2's registry, with a sentence for a name that is unknown."""
    built = []
    for position, transform in enumerate(pipeline):
        if isinstance(transform, dict):
            kind = transform.get('type')
            if kind is None or isinstance(kind, str) and TRANSFORMS.get(kind) is None:
                raise ConfigError(f'Transform {position} of the pipeline is unknown: {kind!r}.')
            transform = TRANSFORMS.build(transform)
        built.append(transform)
    return built

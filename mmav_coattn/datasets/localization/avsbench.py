"""AVSBench: masks of what sounds, five a clip, and negative audio for the same clips."""

import csv
from pathlib import Path

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import BoxedClipsDataset

SUBSETS = dict(s4='Single-source', ms3='Multi-sources')
#: The frame annotated of each second is the last of 16, s.
ANNOTATED = tuple(second + 15 / 16 for second in range(5))
#: Folders of AVSBench-Robust; silence needs no file.
NEGATIVE_FOLDERS = dict(silence=None, noise='audio_wav_noise', off_screen='audio_wav_misaligned')


@DATASETS.register_module()
class AVSBenchDataset(BoxedClipsDataset):
    """AVSBench-object: S4, one source, and MS3, several (Zhou et al., ECCV 2022).

    Layout of ``avsbench_data``, from the configs, data loaders and preprocessing scripts of
    OpenNLPLab/AVSBench::

        Single-source/s4_meta_data.csv      first column: NAME; columns category and split
        Single-source/s4_data/raw_videos/SPLIT/CATEGORY/NAME.mp4
        Single-source/s4_data/gt_masks/SPLIT/CATEGORY/NAME/NAME_K.png
        Multi-sources/ms3_meta_data.csv     first column: NAME; column split
        Multi-sources/ms3_data/raw_videos/NAME.mp4
        Multi-sources/ms3_data/gt_masks/SPLIT/NAME/NAME_K.png

    Clips last 5 s; mask K = 1 to 5 is that of K - 1/16 s (S4 has only the first of each training
    clip). It covers all that sounds at that time, and may be empty.

    AVSBench-Robust (Li et al., arXiv 2502.00358) gives the same clips other audio. Layout of its
    output folder, from ``dataset_generation/audio_processing.py`` of jiali-home/AVSBench-Robust::

        Single-source/s4_data/audio_wav_noise/SPLIT/CATEGORY/NAME.wav, audio_wav_misaligned/...
        Multi-sources/ms3_data/audio_wav_noise/SPLIT/NAME.wav, audio_wav_misaligned/...

    Args:
        subset (str): ``'s4'`` or ``'ms3'``.
        split (str): As in the table: ``'train'``, ``'val'`` or ``'test'``.
        negative_root (str, optional): Output folder of AVSBench-Robust. Each clip comes once more
            with silence, with its noise and with its misaligned audio; needs ``ReplaceSound`` in
            the pipeline.
        **kwargs: See :class:`BoxedClipsDataset`; ``ann_file`` is the subset's.

    Raises:
        ConfigError: If the subset is unknown, the table malformed, or no clip in the split.
    """

    def __init__(
        self, subset: str = 's4', split: str = 'test', negative_root: str | None = None, **kwargs
    ) -> None:
        if subset not in SUBSETS:
            raise ConfigError(f'AVSBenchDataset: subset={subset!r} is not one of {tuple(SUBSETS)}.')
        self.data = f'{SUBSETS[subset]}/{subset}_data'
        self.ANN_FILE = f'{SUBSETS[subset]}/{subset}_meta_data.csv'
        self.FOLDERS = dict(videos=(f'{self.data}/raw_videos',))
        self.subset, self.split_name, self.negative_root = subset, split, negative_root
        super().__init__(**kwargs)

    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """Clips of the split with those of their masks that are there."""
        s4 = self.subset == 's4'
        with ann_file.open(encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        items = []
        try:
            for row in [row for row in rows if row['split'] == self.split_name]:
                clip = next(iter(row.values()))
                folder = f'{row["split"]}/{row["category"]}' if s4 else row['split']
                part = f'{folder}/{clip}'
                stem = root / self.data / 'gt_masks' / part / clip
                files = [(time, Path(f'{stem}_{k}.png')) for k, time in enumerate(ANNOTATED, 1)]
                masks = [dict(time=time, mask=str(file)) for time, file in files if file.is_file()]
                items.append(dict(name=part if s4 else clip, part=part, masks=masks))
        except KeyError as error:
            raise ConfigError(f'{ann_file}: there is no column {error}.') from error
        if not items:
            raise ConfigError(f'{ann_file}: it has no clip of the split {self.split_name!r}.')
        return items

    def filter_data(self) -> list[dict]:
        """The clips, and after them those with the audio of AVSBench-Robust."""
        if self.negative_root is None:
            return super().filter_data()
        data = Path(self.negative_root).absolute() / self.data
        silent = []
        for kind, folder in NEGATIVE_FOLDERS.items():
            for item in self.data_list:
                item = dict(item, has_source=False, silent_kind=kind)
                if folder is not None:
                    item['other_sound'] = str(data / folder / f'{item["part"]}.wav')
                silent.append(item)
        return self.data_list + silent

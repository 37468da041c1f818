"""The synthetic set as a dataset: made on first use, read like any other video."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError
from mmav_coattn.sounding_shapes import CLASSES, SPLITS, TIERS, make_split, read_annotation
from mmav_coattn.sounding_shapes.spec import DEFAULT_NUM_CLIPS, check_choice, check_count

from .audio_visual_dataset import AudioVisualDataset


@DATASETS.register_module()
class SoundingShapesDataset(AudioVisualDataset):
    """Simulated scenes in which motion causes sound, as real video files.

    What is absent of the split is made on first use, under a lock: several processes may start at
    once. The label of a clip is the motion class of its (first) source.

    Args:
        data_root (str): Folder of the sets.
        tier (str): ``'easy'`` (one source), ``'medium'`` (and 1-2 silent objects), ``'hard'`` (and
            2-3 silent objects of the same class, more noise), ``'multi'`` (two sources),
            ``'moving'`` (all objects travel, 1-2 of the same class are silent), ``'wild'`` (for
            training) or ``'alike0'``, 1, 3, 5, 8 (small objects, so many silent look-alikes).
        split (str): ``'train'``, ``'val'`` or ``'test'``; the latter two have timbres, colours and
            backgrounds of their own.
        seed (int): Seed of the set.
        num_clips (int or dict): Clips of this split, or a dict from split to their number.
            Defaults to 1,200 / 300 / 300.
        pipeline (Sequence[dict or Callable]): Transforms.
        **kwargs: Further arguments of :class:`AudioVisualDataset`.

    Raises:
        ConfigError: If an argument is out of range, or the folder holds a set of another seed.
    """

    METAINFO = dict(dataset_type='SoundingShapesDataset', classes=CLASSES)

    def __init__(
        self,
        data_root: str = 'data/sounding_shapes',
        tier: str = 'medium',
        split: str = 'train',
        seed: int = 0,
        num_clips: int | Mapping[str, int] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        **kwargs,
    ) -> None:
        self.tier = check_choice('tier', tier, TIERS)
        self.split = check_choice('split', split, SPLITS)
        self.seed = check_count('seed', seed)
        if num_clips is None:
            num_clips = DEFAULT_NUM_CLIPS
        if isinstance(num_clips, Mapping):
            if split not in num_clips:
                raise ConfigError(f'num_clips={dict(num_clips)!r} has no entry for {split!r}.')
            num_clips = num_clips[split]
        self.num_clips = check_count('num_clips', num_clips, lowest=1)
        super().__init__(data_root=data_root, pipeline=pipeline, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Make what is absent, then list the first ``num_clips`` clips.

        Returns:
            list[dict]: ``relpath``, ``label``, ``tier``, ``classes`` (of the sources), ``fps``,
            ``num_frames``, ``duration`` (s), ``sample_rate`` (Hz) and ``objects``, each a dict of
            ``class``, ``label``, ``sounding``, ``events`` (s) and ``boxes`` (float32, (T, 4):
            x0, y0, x1, y1 as fractions of the frame).
        """
        make_split(self.video_root, self.tier, self.split, self.num_clips, self.seed)
        entries = read_annotation(self.video_root, self.tier, self.split)[: self.num_clips]
        for entry in entries:
            entry['relpath'] = entry.pop('path')
            for item in entry['objects']:
                item['boxes'] = np.array(item['boxes'], np.float32)
        return entries

"""The synthetic set as a dataset: made on first use, read like any other video."""

import numpy as np
from mmaction.registry import DATASETS

from mmav_coattn.sounding_shapes import CLASSES, make_split, read_annotation
from mmav_coattn.sounding_shapes.spec import DEFAULT_NUM_CLIPS

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
        num_clips (int, optional): Clips of this split. Defaults to 1,200 / 300 / 300.
        **kwargs: Further arguments of :class:`AudioVisualDataset`.

    Raises:
        ConfigError: If an argument is out of range, or the folder holds a set of another seed.
    """

    METAINFO = dict(classes=CLASSES)

    def __init__(
        self,
        data_root: str = 'data/sounding_shapes',
        tier: str = 'medium',
        split: str = 'train',
        seed: int = 0,
        num_clips: int | None = None,
        **kwargs,
    ) -> None:
        self.tier, self.split, self.seed, self.num_clips = tier, split, seed, num_clips
        super().__init__(data_root=data_root, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Make what is absent, then list the first ``num_clips`` clips.

        They are as :func:`~mmav_coattn.sounding_shapes.scene.annotate` notes them, with ``relpath``
        for ``path``, and boxes as float32.
        """
        count = DEFAULT_NUM_CLIPS.get(self.split, 0) if self.num_clips is None else self.num_clips
        make_split(self.video_root, self.tier, self.split, count, self.seed)
        entries = read_annotation(self.video_root, self.tier, self.split)[:count]
        for entry in entries:
            entry['relpath'] = entry.pop('path')
            for item in entry['objects']:
                item['boxes'] = np.array(item['boxes'], np.float32)
        return entries

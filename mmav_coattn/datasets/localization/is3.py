"""IS3: synthetic images with two objects each, and the audio of either."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import IMAGE_SUFFIXES, BoxedClipsDataset, list_folder

#: Side of the images in which the boxes were drawn, px.
ANNOTATED_SIZE = 224
MASK_FOLDER = 'gt_segmentation'


@DATASETS.register_module()
class IS3Dataset(BoxedClipsDataset):
    """IS3 (Senocak et al., "Aligning Sight and Sound", arXiv 2407.13676), 6,480 annotations.

    Layout, from README.md and ``metadata/`` of kaistmm/SSLalignment, and the folder's tree in
    README.md of xavijuanola/vssl_eval::

        IS3_annotation.json        a list of {"image": PATH/NAME.jpg, "audio": ..., ...}
        images/NAME.jpg            NAME such as accordion_baby_10467_baby
        audio_wav/NAME.wav
        gt_segmentation/NAME.*     the mask of what sounds

    Of the paths in the annotation only the file names count. IS3+ (arXiv 2508.21761) adds silence,
    noise and off-screen audio: use ``silent_clips``; its own files are not read, as their layout
    could not be established. The images are still: a network that needs motion sees none.

    Args:
        ann_file (str): Defaults to ``'IS3_annotation.json'``.
        truth (str): ``'masks'``, or ``'boxes'``: ``gt_box`` of each annotation, corners in px of
            224, as ``metadata/synthetic3240_bbox.json`` of kaistmm/SSLalignment has it.
        **kwargs: See :class:`BoxedClipsDataset`.

    Raises:
        ConfigError: If ``truth`` is unknown or the annotation is malformed.
    """

    METAINFO = dict(dataset_type='IS3Dataset')
    LAYOUTS = ('frames',)
    FOLDERS = ('', 'images', 'audio_wav')

    def __init__(
        self, ann_file: str = 'IS3_annotation.json', truth: str = 'masks', **kwargs
    ) -> None:
        if truth not in ('masks', 'boxes'):
            raise ConfigError(f"IS3Dataset: truth={truth!r} must be 'masks' or 'boxes'.")
        self.truth = truth
        super().__init__(ann_file=ann_file, **dict(layout='frames') | kwargs)

    def read_annotation(self, ann_file: Path) -> list[dict]:
        """Each annotation with its mask, or its box."""
        root = Path(self.video_root)
        masks = list_folder(root, MASK_FOLDER, IMAGE_SUFFIXES) if self.truth == 'masks' else {}
        try:
            entries = json.loads(ann_file.read_text(encoding='utf-8'))
            return [self._item(entry, root, masks) for entry in entries]
        except (KeyError, TypeError, ValueError) as error:
            wanted = '`image`' if self.truth == 'masks' else '`image` and `gt_box`, four numbers'
            raise ConfigError(
                f'{ann_file}: this must be a list whose entries have {wanted} '
                f'({type(error).__name__}: {error}).'
            ) from error

    def _item(self, entry: dict, root: Path, masks: dict[str, str]) -> dict:
        name = PurePosixPath(entry['image']).stem
        if self.truth == 'masks':
            files = [root / masks[name]] if name in masks else []
            return dict(name=name, masks=[dict(time=None, file=str(file)) for file in files])
        x0, y0, x1, y1 = (float(value) / ANNOTATED_SIZE for value in entry['gt_box'])
        return dict(name=name, boxes=[[x0, y0, x1, y1]], annotators=1)

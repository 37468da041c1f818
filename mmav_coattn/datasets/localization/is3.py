"""IS3: synthetic images with two objects each, and the audio of either."""

import json
from pathlib import Path, PurePosixPath

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import IMAGE_SUFFIXES, BoxedClipsDataset, list_folder

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
    """

    ANN_FILE = 'IS3_annotation.json'
    FOLDERS = dict(frames=('images', 'audio_wav'))

    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """Each annotation with its mask."""
        masks = list_folder(root, MASK_FOLDER, IMAGE_SUFFIXES)
        try:
            entries = json.loads(ann_file.read_text(encoding='utf-8'))
            names = [PurePosixPath(entry['image']).stem for entry in entries]
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f'{ann_file}: this must be a list whose entries have `image` '
                f'({type(error).__name__}: {error}).'
            ) from error
        own = {name: [dict(time=None, mask=str(root / path))] for name, path in masks.items()}
        return [dict(name=name, masks=own.get(name, [])) for name in names]

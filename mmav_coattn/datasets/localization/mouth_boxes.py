"""Talking heads with a box around the mouth."""

from __future__ import annotations

import json
from pathlib import Path

from mmaction.registry import DATASETS

from mmav_coattn.datasets.audio_visual_dataset import AudioVisualDataset
from mmav_coattn.errors import ConfigError, DataNotFoundError


@DATASETS.register_module()
class MouthBoxDataset(AudioVisualDataset):
    """Videos of one talking head each, and where its mouth is.

    Args:
        ann_file (str): JSON object with ``clips``: for each path within ``data_root`` the box
            (x0, y0, x1, y1) around the mouth over the whole clip, px, and ``size``: width and
            height of the frames, px.
        data_root (str): Folder of the videos.
        **kwargs: Of :class:`AudioVisualDataset`; ``test_mode`` is True by default.

    Raises:
        ConfigError: If the annotation is malformed.
        DataNotFoundError: If the annotation or the folder does not exist.
    """

    METAINFO = dict(dataset_type='MouthBoxDataset')

    def __init__(self, ann_file: str, data_root: str, test_mode: bool = True, **kwargs) -> None:
        super().__init__(ann_file=ann_file, data_root=data_root, test_mode=test_mode, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the clips.

        Returns:
            list[dict]: ``relpath``, ``label`` (-1), ``boxes`` (one, in fractions), ``annotators``.
        """
        root, ann_file = Path(self.video_root), Path(self.ann_file)
        if not root.is_dir():
            raise DataNotFoundError(self._absent('folder of videos', root))
        if not ann_file.is_file():
            raise DataNotFoundError(self._absent('annotation', ann_file))
        try:
            annotation = json.loads(ann_file.read_text(encoding='utf-8'))
            width, height = annotation['size']
            items = []
            for relpath, (x0, y0, x1, y1) in annotation['clips'].items():
                if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
                    raise ValueError(f'the box of {relpath} does not lie in the frame')
                box = [x0 / width, y0 / height, x1 / width, y1 / height]
                items.append(dict(relpath=relpath, label=-1, boxes=[box], annotators=1))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f'{ann_file}: malformed boxes of mouths: {error}.') from error
        if not items:
            raise ConfigError(f'{ann_file}: this annotation names no clip.')
        return items

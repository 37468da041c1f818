"""VGG-SS: boxes of the sounding objects in frames of VGG-Sound."""

import json
from pathlib import Path

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import BoxedClipsDataset


def read_vggss(ann_file: str | Path) -> list[dict]:
    """Read ``vggss.json``: objects with ``file`` and ``bbox``, a list of boxes in fractions.

    Items have ``name``, ``boxes`` (x0, y0, x1, y1) and ``annotators`` (1: the union is the truth).

    Raises:
        ConfigError: If the file is no such list; names the entry.
    """
    items: list[dict] = []
    try:
        for entry in json.loads(Path(ann_file).read_text(encoding='utf-8')):
            boxes = [[float(value) for value in box] for box in entry['bbox']]
            if any(len(box) != 4 for box in boxes):
                raise ValueError('a box must be four numbers')
            items.append(dict(name=str(entry['file']), boxes=boxes, annotators=1))
        if not items:
            raise ValueError('it is empty')
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f'{ann_file}: this annotation must be a list; entry {len(items)} must have `file` and '
            f'`bbox`, a list of four fractions each ({type(error).__name__}: {error}).'
        ) from error
    return items


@DATASETS.register_module()
class VGGSSDataset(BoxedClipsDataset):
    """VGG-SS (Chen et al., "Localizing Visual Sounds the Hard Way", CVPR 2021), 5,158 clips.

    Clips are named like ``zpWuikVorYg_000032``; the annotated frame is the middle one of the 10 s
    clip. The silent extension of Mo & Morgado (NeurIPS 2022) is its own list, or has no box.
    """

    ANN_FILE = 'vggss.json'

    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """See :func:`read_vggss`."""
        return read_vggss(ann_file)

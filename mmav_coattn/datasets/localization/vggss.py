"""VGG-SS: boxes of the sounding objects in frames of VGG-Sound."""

from __future__ import annotations

import json
from pathlib import Path

from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import BoxedClipsDataset


def read_vggss(ann_file: str | Path) -> list[dict]:
    """Read ``vggss.json``.

    Args:
        ann_file (str | Path): A list of objects with ``file``, ``class`` and ``bbox``, a list of
            (x0, y0, x1, y1) as fractions of the frame.

    Returns:
        list[dict]: ``name``, ``class_name``, ``boxes`` and ``annotators`` (1: their union is the
        ground truth).

    Raises:
        ConfigError: If the file is no such list; names the entry.
    """
    try:
        entries = json.loads(Path(ann_file).read_text(encoding='utf-8'))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f'{ann_file}: this annotation is no JSON ({error}).') from error
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f'{ann_file}: this annotation must be a list of clips.')
    items = []
    for number, entry in enumerate(entries):
        try:
            boxes = [[float(value) for value in box] for box in entry['bbox']]
            if any(len(box) != 4 for box in boxes):
                raise ValueError('a box must be four numbers')
            name, class_name = str(entry['file']), str(entry.get('class', ''))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f'{ann_file}: entry {number} must have `file` and `bbox`, a list of four fractions '
                f'each ({type(error).__name__}: {error}).'
            ) from error
        items.append(dict(name=name, class_name=class_name, boxes=boxes, annotators=1))
    return items


@DATASETS.register_module()
class VGGSSDataset(BoxedClipsDataset):
    """VGG-SS (Chen et al., "Localizing Visual Sounds the Hard Way", CVPR 2021), 5,158 clips.

    Clips are named like ``zpWuikVorYg_000032``; the annotated frame is the middle one of the 10 s
    clip. The silent extension of Mo & Morgado (NeurIPS 2022) is a list of its own, or entries
    without a box.

    Args:
        ann_file (str): Defaults to ``'vggss.json'``.
        **kwargs: See :class:`BoxedClipsDataset`.
    """

    METAINFO = dict(dataset_type='VGGSSDataset')

    def __init__(self, ann_file: str = 'vggss.json', **kwargs) -> None:
        super().__init__(ann_file=ann_file, **kwargs)

    def read_annotation(self, ann_file: Path) -> list[dict]:
        """See :func:`read_vggss`."""
        return read_vggss(ann_file)

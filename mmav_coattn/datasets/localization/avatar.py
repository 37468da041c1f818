"""AVATAR: several frames of each clip with what sounds in them, at their times."""

import json
from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError

from .boxed_clips import BoxedClipsDataset


@DATASETS.register_module()
class AVATARDataset(BoxedClipsDataset):
    """AVATAR (Choi et al., ICCV 2025, arXiv 2507.04667), 24,266 frames of 5,000 clips of 10 s.

    Layout, from the card of mipal/AVATAR and the data loader and evaluation of
    LucaFranceschi/ACL-SSL::

        video/CLIP.mp4              from video.zip
        metadata/CLIP/FRAME.json    from metadata.zip; FRAME.jpg beside it is not read

    A frame has ``frame_number``, ``fps``, ``original_width``, ``original_height`` and
    ``annotations``: each its ``task``, such as ``'Single-Sound'``, and, unless it is off-screen,
    ``segmentation``, polygons [x, y, x, y, ...], or ``bbox``, [x, y, width, height], px. All that
    sounds in a frame is one target. A clip of which nothing is ever in sight has no source.

    Args:
        task (str, optional): Only annotations of this scenario, and clips that have one.
        **kwargs: See :class:`BoxedClipsDataset`; ``ann_file`` is ``'metadata'``.

    Raises:
        ConfigError: If the folder holds no such file, or none of the task.
    """

    ANN_FILE = 'metadata'
    ANNOTATION_IS_FOLDER = True
    FOLDERS = dict(videos=('video',))

    def __init__(self, task: str | None = None, **kwargs) -> None:
        self.task = task
        super().__init__(**kwargs)

    def read_annotation(self, ann_file: Path, root: Path) -> list[dict]:
        """Clips with the outlines of what sounds in each frame, in fractions of it."""
        clips: dict[str, list[tuple]] = {}
        for path in sorted(ann_file.rglob('*.json')):
            try:
                frame = json.loads(path.read_text(encoding='utf-8'))
                size = np.array([frame['original_width'], frame['original_height']], float)
                # Its middle, so that the map at this time is the frame's.
                time = (frame['frame_number'] + 0.5) / frame['fps']
                notes = [(note['task'], _outlines(note, size)) for note in frame['annotations']]
            except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
                raise ConfigError(
                    f'{path}: this is no annotation of AVATAR ({type(error).__name__}: {error}).'
                ) from error
            clips.setdefault(path.parent.name, []).append((time, notes))
        items = []
        for name, frames in clips.items():
            seen = any(outlines for _, notes in frames for _, outlines in notes)
            chosen = [(t, [x for kind, x in n if self.task in (None, kind)]) for t, n in frames]
            masks = [dict(time=time, mask=sum(parts, [])) for time, parts in chosen if any(parts)]
            if masks:
                items.append(dict(name=name, masks=masks))
            elif not seen and any(parts for _, parts in chosen):
                items.append(dict(name=name, boxes=[]))
        if not items:
            raise ConfigError(f'{ann_file}: it has no clip of the task {self.task!r}.')
        return items


def _outlines(note: dict, size: np.ndarray) -> list[np.ndarray]:
    """Polygons (K, 2) of what an annotation marks in a frame of this size, in fractions of it."""
    if note.get('segmentation'):
        return [np.reshape(np.array(part, float), (-1, 2)) / size for part in note['segmentation']]
    if not note.get('bbox'):
        return []
    x, y, w, h = note['bbox']
    return [np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], float) / size]

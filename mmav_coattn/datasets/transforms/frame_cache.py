"""Decoded frames that are kept, for few videos that are seen many times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.dataset import Compose

from mmav_coattn.io import features_to_bytes, write_whole

#: What later transforms need beside the frames.
FACTS = ('original_shape', 'img_shape', 'num_clips', 'clip_len', 'modality')


@TRANSFORMS.register_module()
class CacheFrames(BaseTransform):
    """Run transforms once for each file and keep the frames that they made.

    After the first epoch nothing is decoded, in later runs neither. The transforms must not be
    random, since every epoch gets what they made first. The frames lie on disk, one file a video. A
    file's name follows from the video's path, size and time of change and from the transforms, so
    that a video or a setting that changed is read anew.

    Required Keys: filename, and those of the first transform.
    Added Keys: imgs (list[np.ndarray]), original_shape, img_shape, num_clips, clip_len,
    modality.

    Args:
        transforms (Sequence[dict]): From the opening of the file to the last that is not random.
        folder (str): Where the frames go.
    """

    def __init__(self, transforms: Sequence[dict], folder: str) -> None:
        self.pipeline = Compose(list(transforms))
        self.folder = Path(folder)

    def transform(self, results: dict) -> dict:
        """Look the file up, or run the transforms."""
        path = self._path(results['filename'])
        if path.is_file():
            kept = _read(path)
        else:
            kept = self._make(results)
            facts = json.dumps({fact: kept[fact] for fact in FACTS})
            content = features_to_bytes(imgs=kept['imgs'], facts=facts)
            write_whole(content, path, unique=True)
        return results | kept | dict(imgs=list(kept['imgs']))

    def _make(self, results: dict) -> dict:
        made = self.pipeline(dict(results))
        media = made.pop('media', None)
        if media is not None:
            media.close()
        return {fact: made[fact] for fact in FACTS} | dict(imgs=np.stack(made['imgs']))

    def _path(self, name: str) -> Path:
        state = Path(name).stat()
        key = (str(Path(name).absolute()), state.st_size, state.st_mtime_ns, repr(self.pipeline))
        return self.folder / f'{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}.npz'

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.pipeline}, folder={self.folder})'


def _read(path: Path) -> dict:
    with np.load(path, allow_pickle=False) as held:
        imgs, facts = held['imgs'], json.loads(str(held['facts']))
    for shape in ('original_shape', 'img_shape'):
        facts[shape] = tuple(facts[shape])
    return facts | dict(imgs=imgs)

"""Decoded frames that are kept, for few videos that are seen many times."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose

from mmav_coattn.io import features_to_bytes, read_features, write_whole

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class CacheFrames(Transform):
    """Run transforms once for each file and keep the frames of the clip that they made.

    After the first epoch nothing is decoded, in later runs neither. The transforms must not be
    random, since every epoch gets what they made first. The frames lie on disk, one file a video. A
    file's name follows from the video's path, size and time of change and from the transforms, so
    that a video or a setting that changed is read anew.

    Required Keys: filename, and those of the first transform.
    Added Keys: imgs (list[np.ndarray]), img_shape, num_clips, clip_len, modality.
    """

    transforms: Sequence[dict]  #: from the opening of the file to the last that is not random
    folder: str  #: where the frames go

    def __post_init__(self) -> None:
        self.pipeline = Compose(list(self.transforms))

    def transform(self, results: dict) -> dict:
        video = Path(results['filename']).absolute()
        state = video.stat()
        key = repr((str(video), state.st_size, state.st_mtime_ns, repr(self.pipeline)))
        path = Path(self.folder) / f'{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz'
        if path.is_file():
            imgs = read_features(path)['imgs']
        else:
            made = self.pipeline(dict(results))
            made['media'].close()
            imgs = np.stack(made['imgs'])
            write_whole(features_to_bytes(imgs=imgs), path, unique=True)
        facts = dict(img_shape=imgs.shape[1:3], num_clips=1, clip_len=len(imgs), modality='RGB')
        return results | facts | dict(imgs=list(imgs))

"""What a config says about the clips that its network judges."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
import torch
from mmaction.datasets.transforms import FormatShape
from mmaction.registry import TRANSFORMS
from mmengine.config import Config
from mmengine.dataset import Compose
from torch import Tensor

from mmav_coattn.datasets.transforms.base import Transform
from mmav_coattn.errors import ConfigError

from .faces import FaceCrop

#: What a pipeline must say, as attributes of its transforms.
NEEDED = dict(
    clip_seconds='how long a clip is',
    num_frames='how many frames a clip has',
    sample_rate='the rate of the audio',
)
#: Frames are scaled down while they are decoded, to so many times what the network sees of them: it
#: costs little there, and averages over what a later resize would skip.
OVERSAMPLING = 2.5


class ClipSettings(NamedTuple):
    """Length, rates and spatial transforms of a network's clips."""

    clip_seconds: float  #: s.
    audio_seconds: float  #: Of an audio segment, s.
    num_frames: int  #: Of a clip.
    sample_rate: int  #: Of the waveforms, Hz.
    min_level: float | None  #: Sound below it counts as silence, dB of full scale.
    short_side: int  #: Frames are scaled down to it while they are decoded, px.
    box: tuple[float, float, float, float]  #: What the network sees of the frame, fractions.
    spatial: Compose  #: Transforms of single frames, without crops.
    face: FaceCrop | None = None  #: Where the network looks at a face; None: it needs none.

    @classmethod
    def from_config(cls, cfg: Config) -> ClipSettings:
        """Read them off the ``test_pipeline`` of a config.

        Raises:
            ConfigError: If the pipeline is absent or does not say one of them.
        """
        if 'test_pipeline' not in cfg:
            raise ConfigError('The config has no test_pipeline, which says what clips are like.')
        steps = [TRANSFORMS.build(step) for step in cfg.test_pipeline]
        # Our own transforms read the file; their settings are their attributes.
        said = {
            k: v for step in steps if isinstance(step, Transform) for k, v in vars(step).items()
        }
        for name, meaning in NEEDED.items():
            if name not in said:
                raise ConfigError(f'test_pipeline does not say {meaning}: nothing sets {name}.')
        # Those of others change frames. Without crops: the network is to see all of a frame.
        apart = [isinstance(x, (Transform, FormatShape)) or hasattr(x, 'crop_size') for x in steps]
        spatial = Compose([x for x, left_out in zip(steps, apart, strict=True) if not left_out])
        box = said.get('box', (0.0, 0.0, 1.0, 1.0))
        return cls(
            clip_seconds=said['clip_seconds'],
            audio_seconds=said.get('audio_seconds', said['clip_seconds']),
            num_frames=said['num_frames'],
            sample_rate=said['sample_rate'],
            min_level=said['min_level'],
            short_side=said['short_side']
            or _short_side(spatial, min(box[2] - box[0], box[3] - box[1])),
            box=box,
            spatial=spatial,
            face=FaceCrop(**cfg.face_crop) if 'face_crop' in cfg else None,
        )

    def for_face(self, mouths: np.ndarray) -> ClipSettings:
        """The same, decoding frames as large as these crops (T, 4) need."""
        first, last = np.split(np.median(mouths, axis=0), 2)
        # The crop is square: of the shorter side it takes the larger fraction.
        return self._replace(short_side=_short_side(self.spatial, float(max(last - first))))

    @property
    def step(self) -> float:
        """Time between two frames, s."""
        return self.clip_seconds / self.num_frames

    def prepare(self, image: np.ndarray, box: Sequence[float] | None = None) -> Tensor:
        """A decoded frame (H, W, 3), or a part of it, as the network sees it, uint8 (3, H', W')."""
        part = cut(image, self.box if box is None else box)
        return torch.from_numpy(_prepare(self.spatial, part)).permute(2, 0, 1)


def cut(image: np.ndarray, box: Sequence[float]) -> np.ndarray:
    """A part of a frame; what lies beyond its edge repeats the edge."""
    height, width = image.shape[:2]
    left, right = round(box[0] * width), round(box[2] * width)
    top, bottom = round(box[1] * height), round(box[3] * height)
    part = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    beyond = np.maximum([(-top, bottom - height), (-left, right - width), (0, 0)], 0)
    return np.pad(part, beyond, mode='edge') if beyond.any() and part.size else part


def _prepare(spatial: Compose, image: np.ndarray) -> np.ndarray:
    size = image.shape[:2]
    shape = dict(img_shape=size, original_shape=size)
    results = dict(imgs=[image], num_clips=1, clip_len=1, modality='RGB', **shape)
    return np.ascontiguousarray(spatial(results)['imgs'][0])


def _short_side(spatial: Compose, share: float) -> int:
    """Shorter side at which frames are decoded, px, if the network sees that share of it."""
    seen = min(_prepare(spatial, np.zeros((720, 720, 3), np.uint8)).shape[:2])
    return ceil(OVERSAMPLING * seen / share)

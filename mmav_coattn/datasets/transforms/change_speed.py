"""Both streams of a file faster or slower together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError
from mmav_coattn.media import MediaFile

from .base import Transform


class SpedUpMedia:
    """A ``MediaFile`` whose time runs ``speed`` times as fast; audio changes its pitch with it."""

    def __init__(self, media: MediaFile, speed: float) -> None:
        self.media, self.path, self.speed = media, media.path, speed

    @property
    def common_span(self) -> tuple[float, float]:
        begin, end = self.media.common_span
        return begin / self.speed, end / self.speed

    def read_frames(self, times: Sequence[float], short_side: int | None = None) -> np.ndarray:
        return self.media.read_frames(np.asarray(times) * self.speed, short_side=short_side)

    def read_audio(self, start: float, duration: float, sample_rate: int) -> np.ndarray:
        samples = round(duration * sample_rate)
        # The next whole rate above reads a little less, so never past the end.
        rate = ceil(sample_rate / self.speed)
        return self.media.read_audio(start * self.speed, samples / rate, rate)

    def close(self) -> None:
        self.media.close()


@TRANSFORMS.register_module()
@dataclass(eq=False)
class ChangeSpeed(Transform):
    """Play a file faster or slower, audio and video together; they stay in sync.

    Required Keys: media.
    Modified Keys: media.
    """

    speed: Sequence[float] = (0.75, 1.3)  #: bounds; drawn evenly on a logarithmic scale

    def __post_init__(self) -> None:
        if not 0 < self.speed[0] <= self.speed[1]:
            raise ConfigError(f'ChangeSpeed: speed={tuple(self.speed)} must be two rising numbers.')

    def transform(self, results: dict) -> dict:
        speed = float(np.exp(np.random.uniform(*np.log(self.speed))))
        return results | dict(media=SpedUpMedia(results['media'], speed))

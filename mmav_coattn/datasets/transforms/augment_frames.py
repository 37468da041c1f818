"""Random geometry, colour, blur and noise: one draw for all frames of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import Transform

#: Weights of red, green and blue in the brightness of a pixel (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114])


@TRANSFORMS.register_module()
@dataclass(eq=False)
class AugmentFrames(Transform):
    """Crop and scale every frame to a square, and change what real cameras vary.

    A part of the frame is taken, stretched, turned, mirrored and scaled in one step. A share of the
    clips is shot by a moving camera: the part drifts, shakes and zooms smoothly. Colours are mixed,
    exposure and gamma changed, and blur and noise added. The network must not rely on any of it.

    Required Keys: imgs (list[np.ndarray]), (H, W, 3) uint8.
    Modified Keys: imgs, (size, size, 3) uint8; img_shape.
    """

    size: int  #: side of the output, px
    area: Sequence[float] = (0.4, 1.0)  #: smallest and largest part of the frame's area
    stretch: float = 1.3  #: largest factor of width against height, either way
    rotation: float = 10.0  #: largest angle, degrees
    moving: float = 0.3  #: share of clips with a moving camera
    flip: float = 0.5  #: share of clips that are mirrored
    colour: float = 1.0  #: strength of the changes of colour; 0 leaves colours as they are
    blur: float = 1.0  #: largest standard deviation of the blur, px of the output
    noise: float = 8.0  #: largest standard deviation of the noise, grey levels of 255

    def __post_init__(self) -> None:
        if not 0 < self.area[0] <= self.area[1] <= 1 or self.stretch < 1:
            raise ConfigError(
                f'AugmentFrames: area={tuple(self.area)} must be two rising shares above 0 and at '
                f'most 1, and stretch={self.stretch} at least 1.'
            )

    def transform(self, results: dict) -> dict:
        rng = np.random.default_rng(np.random.randint(2**32, dtype=np.uint64))
        frames = results['imgs']
        matrices = self._geometry(rng, frames[0].shape[:2], len(frames))
        # Pixels that the output skips are averaged first.
        shrink = np.sqrt(abs(np.linalg.det(matrices[0, :, :2])))
        sigma = np.hypot(rng.uniform(0, self.blur), 0.5 * max(shrink - 1, 0) / shrink)
        mix, offset, gamma = self._colours(rng)
        table = np.clip(255 * (np.arange(256) / 255) ** gamma, 0, 255).astype(np.uint8)
        noise = rng.uniform(0, self.noise)
        field = (noise * rng.standard_normal((2 * self.size, 2 * self.size, 3))).astype(np.float32)
        output = []
        for frame, matrix in zip(frames, matrices, strict=True):
            flags = (cv2.INTER_AREA if shrink > 2 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
            image = cv2.warpAffine(
                frame, matrix, (self.size, self.size), flags=flags, borderMode=cv2.BORDER_REFLECT
            )
            image = cv2.transform(cv2.LUT(image, table), np.c_[mix, offset])
            if sigma > 0.3:
                image = cv2.GaussianBlur(image, (0, 0), sigma)
            row, column = rng.integers(0, self.size, 2)
            noisy = image + field[row : row + self.size, column : column + self.size]
            output.append(np.clip(noisy, 0, 255).astype(np.uint8))
        return results | dict(imgs=output, img_shape=(self.size, self.size))

    def _geometry(self, rng: np.random.Generator, shape: tuple[int, int], count: int) -> np.ndarray:
        """Matrices (T, 2, 3) from output px to px of the frame."""
        height, width = shape
        share = np.sqrt(rng.uniform(*self.area))
        stretch = np.exp(rng.uniform(-1, 1) * np.log(self.stretch) / 2)
        size = np.minimum(share * np.array([width * stretch, height / stretch]), [width, height])
        centre = size / 2 + rng.uniform(0, 1, 2) * (np.array([width, height]) - size)
        angle = np.deg2rad(rng.uniform(-self.rotation, self.rotation)) * np.ones(count)
        zoom = np.ones(count)
        path = np.zeros((count, 2))
        if rng.uniform() < self.moving:
            time = np.linspace(-0.5, 0.5, count)
            reach = rng.uniform(0, 0.15)  # of the part's side
            path = reach * (time[:, None] * rng.uniform(-1, 1, 2) + 0.3 * _wander(rng, count, 2))
            zoom = np.exp(rng.uniform(-0.15, 0.15) * time + 0.03 * _wander(rng, count, 1)[:, 0])
            angle = angle + np.deg2rad(3) * _wander(rng, count, 1)[:, 0]
        scale = size / self.size * zoom[:, None]
        if rng.uniform() < self.flip:
            scale = scale * [-1, 1]
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.stack([cos, -sin, sin, cos], axis=1).reshape(count, 2, 2)
        linear = turn * scale[:, None]
        middle = np.full(2, (self.size - 1) / 2)
        shift = centre - 0.5 + path * size - linear @ middle
        return np.concatenate([linear, shift[:, :, None]], axis=2)

    def _colours(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
        """Matrix (3, 3) and offset (3,) of the colours, and gamma."""
        strength = self.colour
        saturation = 1 + strength * rng.uniform(-1, 0.3)
        grey = np.tile(LUMA, (3, 1))
        mix = saturation * np.eye(3) + (1 - saturation) * grey
        mix = mix + 0.15 * strength * rng.standard_normal((3, 3))
        mix *= np.exp(0.3 * strength * rng.standard_normal())
        # The middle grey stays where it is, give or take.
        offset = 110 - mix @ np.full(3, 110.0) + 25 * strength * rng.standard_normal()
        return mix, offset, float(np.exp(0.3 * strength * rng.standard_normal()))


def _wander(rng: np.random.Generator, count: int, channels: int) -> np.ndarray:
    """Smooth random paths (count, channels) of about unit size."""
    knots = rng.standard_normal((max(count // 5, 2), channels))
    return cv2.resize(knots, (channels, count), interpolation=cv2.INTER_CUBIC).reshape(count, -1)

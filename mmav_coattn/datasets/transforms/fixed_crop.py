"""A crop at a location known beforehand, such as the lower face of a talking head."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class FixedCrop(Transform):
    """Crop every frame to the same box, given in fractions of its width and height.

    Required Keys: imgs, img_shape.
    Modified Keys: imgs, img_shape.

    Added Keys: crop_quadruple (np.ndarray), what is left of the frame after all crops so far,
    ``(x, y, w, h)`` in fractions of the whole, as mmaction2's crops keep it.

    Raises:
        ConfigError: If the box is none, or holds no pixel of a frame.
    """

    box: Sequence[float]  #: (x0, y0, x1, y1), fractions

    def __post_init__(self) -> None:
        self.box = box = tuple(float(value) for value in self.box)
        if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
            allowed = '0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1'
            what = f'(x0, y0, x1, y1) in fractions of the frame, with {allowed}'
            raise ConfigError(f'FixedCrop: box={box} must be {what}.')

    def transform(self, results: dict) -> dict:
        height, width = results['img_shape']
        x0, y0, x1, y1 = self.box
        left, top = round(x0 * width), round(y0 * height)
        right, bottom = round(x1 * width), round(y1 * height)
        if left >= right or top >= bottom:
            size = f'{width}x{height}'
            raise ConfigError(f'FixedCrop: box={self.box} holds no pixel of a frame of {size}.')
        x, y, w, h = results.get('crop_quadruple', (0.0, 0.0, 1.0, 1.0))
        corner = (w * left / width + x, h * top / height + y)
        kept = (*corner, w * (right - left) / width, h * (bottom - top) / height)
        return results | dict(
            imgs=[image[top:bottom, left:right] for image in results['imgs']],
            img_shape=(bottom - top, right - left),
            crop_quadruple=np.array(kept, dtype=np.float32),
        )

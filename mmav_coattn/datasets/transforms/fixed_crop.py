"""A crop at a location known beforehand, such as the lower face of a talking head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError

from .base import Transform


@TRANSFORMS.register_module()
class FixedCrop(Transform):
    """Crop every frame to the same box, given in fractions of its width and height.

    Required Keys: imgs, img_shape.
    Modified Keys: imgs, img_shape.

    Added Keys:

    - fixed_crop (tuple[int, int, int, int]): The box in pixels, ``(x0, y0, x1, y1)``.
    - crop_quadruple (np.ndarray): What is left of the frame after all crops so far, ``(x, y, w,
      h)`` in fractions of the whole, as mmaction2's crops keep it.

    Args:
        box (Sequence[float]): ``(x0, y0, x1, y1)``, fractions with
            ``0 <= x0 < x1 <= 1`` and ``0 <= y0 < y1 <= 1``.

    Raises:
        ConfigError: If the box is none, or holds no pixel of a frame.
    """

    def __init__(self, box: Sequence[float]) -> None:
        if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
            raise ConfigError(
                f'FixedCrop: box={tuple(box)} must be (x0, y0, x1, y1) in fractions of the '
                f'frame, with 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1.'
            )
        self.box = tuple(float(value) for value in box)

    def transform(self, results: dict) -> dict:
        """Crop the frames."""
        height, width = results['img_shape']
        left, top = round(self.box[0] * width), round(self.box[1] * height)
        right, bottom = round(self.box[2] * width), round(self.box[3] * height)
        if left >= right or top >= bottom:
            raise ConfigError(
                f'FixedCrop: box={self.box} holds no pixel of a frame of {width}x{height}.'
            )
        results['imgs'] = [image[top:bottom, left:right] for image in results['imgs']]
        results['img_shape'] = (bottom - top, right - left)
        results['fixed_crop'] = (left, top, right, bottom)
        x, y, w, h = results.get('crop_quadruple', (0.0, 0.0, 1.0, 1.0))
        kept = (w * left / width + x, h * top / height + y, w * (right - left) / width,
                h * (bottom - top) / height)  # fmt: skip
        results['crop_quadruple'] = np.array(kept, dtype=np.float32)
        return results

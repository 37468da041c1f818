"""Heat maps and captions drawn on the planes of a video frame (:mod:`.yuv_frame`).

Blending is linear, and so is the step from RGB to YUV: a share ``1 - k`` of a colour over a share
``k`` of the picture comes out the same in either. So each plane is ``k * plane + added``, both in
bytes, looked up by the level of the heat map or kept for all frames.
"""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from .caption import caption_band, draw_caption
from .heatmap import colours, kept_share, upsample_heatmap
from .yuv_frame import rgb_to_yuv


class HeatmapPainter:
    """Draws maps on frames as :func:`~.heatmap.overlay_heatmap` does on RGB pictures.

    Args:
        box (tuple): The part of the picture that the maps cover (x0, y0, x1, y1), fractions.
        alpha (float): Largest share of the colour.
        colorspace (int): FFmpeg's number of the colour space of the frames.
    """

    def __init__(
        self, box: tuple[float, float, float, float], alpha: float, colorspace: int
    ) -> None:
        self.box = box
        self.kept = kept_share(np.arange(256, dtype=np.uint8)[:, None], alpha).ravel()
        share = 1 - self.kept[:, None] / 255
        added = rgb_to_yuv(colours(), colorspace) * share
        self.added = added.round().astype(np.uint8).T.copy()  # (3, 256)

    def draw(self, planes: list[np.ndarray], heat: np.ndarray) -> None:
        """Draw one map.

        Args:
            planes (list[np.ndarray]): Y, U and V, changed in place.
            heat (np.ndarray): (H', W'), 0 to 1.
        """
        import cv2

        levels: dict[tuple[int, int], np.ndarray] = {}
        for plane, added in zip(planes, self.added, strict=True):
            part = plane[_slices(plane.shape, self.box)]
            touched = touched_part(heat, part.shape)
            if touched is None or not part.size:
                continue
            if part.shape not in levels:  # the two planes of colour have one size
                large = upsample_heatmap(heat, part.shape)[touched]
                levels[part.shape] = cv2.convertScaleAbs(large, alpha=255)
            level = levels[part.shape]
            blend(part[touched], cv2.LUT(level, self.kept), cv2.LUT(level, added))


class CaptionPainter:
    """Draws one line of text on frames as :func:`~.caption.draw_caption` does on RGB pictures.

    Args:
        text (str): The line.
        size (tuple[int, int]): Height and width of the frames, px, even.
    """

    def __init__(self, text: str, size: tuple[int, int]) -> None:
        import cv2

        rows = caption_band(size, text) if text else 0
        self.kept: list[np.ndarray] = []
        self.added: list[np.ndarray] = []
        if not rows:
            return
        canvas = np.zeros((rows + rows % 2, size[1]), np.float32)
        letters = canvas.copy()
        letters[:rows] = draw_caption(np.zeros((*size, 3), np.uint8), text)[:rows, :, 0] / 255
        kept = canvas + 1
        kept[:rows] = (1 - letters[:rows]) / 3
        black = 1 - kept - letters
        half = kept.shape[1] // 2, kept.shape[0] // 2
        kept_colour = cv2.resize(kept, half, interpolation=cv2.INTER_AREA)
        self.kept = [_bytes(255 * share) for share in (kept, kept_colour, kept_colour)]
        no_colour = _bytes(128 * (1 - kept_colour))
        self.added = [_bytes(235 * letters + 16 * black), no_colour, no_colour]

    def draw(self, planes: list[np.ndarray]) -> None:
        """Draw the line into the upper left corner of Y, U and V, changed in place."""
        for plane, kept, added in zip(planes, self.kept, self.added, strict=False):
            blend(plane[: len(kept)], kept, added)


def blend(plane: np.ndarray, kept: np.ndarray, added: np.ndarray) -> None:
    """``plane * kept / 255 + added`` in place, all uint8 and of one shape."""
    import cv2

    plane[...] = cv2.add(cv2.multiply(plane, kept, scale=1 / 255), added)


def touched_part(heat: np.ndarray, size: tuple[int, int]) -> tuple[slice, slice] | None:
    """The rectangle of a picture outside of which an enlarged map is 0; None if it is all 0.

    Most maps are 0 in most places (:func:`~.heatmap.attention_intensity`), and drawing nothing
    there saves most of the work.

    Args:
        heat (np.ndarray): (H', W'), not negative.
        size (tuple[int, int]): Height and width of the picture, px.
    """
    slices = []
    for axis in (0, 1):
        cells = np.flatnonzero(heat.any(axis=1 - axis))
        if not len(cells):
            return None
        # Between the centres of two cells there is something of either.
        cell = size[axis] / heat.shape[axis]
        first = floor((cells[0] - 0.5) * cell) - 1
        last = ceil((cells[-1] + 1.5) * cell) + 1
        slices.append(slice(max(first, 0), min(last, size[axis])))
    return tuple(slices)


def _slices(size: tuple[int, int], box: tuple) -> tuple[slice, slice]:
    height, width = size
    return (
        slice(round(box[1] * height), round(box[3] * height)),
        slice(round(box[0] * width), round(box[2] * width)),
    )


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values.round().clip(0, 255).astype(np.uint8))

"""Map, ground truth and peak of one moment on its frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmav_coattn.evaluation.functional import upsample_heatmap

from .caption import draw_caption
from .cells import plain_and_overlay
from .heatmap import attention_intensity

#: Height to which small frames are enlarged, px.
CELL_HEIGHT = 160
CAPTION_HEIGHT = 18
TRUTH, PEAK = (0, 255, 0), (255, 255, 255)


def localization_cell(
    frames: np.ndarray,
    weights: np.ndarray,
    boxes: Sequence[Sequence[float]],
    position: float | None,
    title: str = '',
) -> np.ndarray:
    """One moment: the frame and, beside it, the same with map, truth (green) and peak (cross).

    Args:
        frames (np.ndarray): uint8, (T, H, W, 3), RGB.
        weights (np.ndarray): The map (T', H', W'), not negative.
        boxes (Sequence[Sequence[float]]): Truth, (x0, y0, x1, y1) each as fractions of the frame.
        position (float, optional): The moment, 0 to 1 over the clip; None shows the clip's mean map
            on its middle frame.
        title (str): One line above.

    Returns:
        np.ndarray: uint8 RGB image.
    """
    import cv2

    if position is None:
        moment, frame = weights.mean(axis=0), frames[len(frames) // 2]
        heat = attention_intensity(moment[None])[0]
    else:
        step = min(int(position * len(weights)), len(weights) - 1)
        moment, heat = weights[step], attention_intensity(weights)[step]
        frame = frames[min(int(position * len(frames)), len(frames) - 1)]
    plain, drawn = plain_and_overlay(frame, heat, CELL_HEIGHT)
    size = plain.shape[:2]
    for x0, y0, x1, y1 in boxes:
        corners = [
            (round(x * (size[1] - 1)), round(y * (size[0] - 1))) for x, y in ((x0, y0), (x1, y1))
        ]
        cv2.rectangle(drawn, *corners, TRUTH, 1)
    row, column = np.unravel_index(upsample_heatmap(moment, size).argmax(), size)
    cv2.drawMarker(drawn, (int(column), int(row)), PEAK, cv2.MARKER_CROSS, 11, 1)
    pair = np.concatenate([plain, np.zeros((size[0], 2, 3), np.uint8), drawn], axis=1)
    pair = np.pad(pair, ((CAPTION_HEIGHT, 0), (0, 0), (0, 0)))
    return draw_caption(pair, title, CAPTION_HEIGHT)

"""Pictures of localisation: map, truth and peak of a moment, and sheets of many of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .caption import draw_caption
from .heatmap import attention_intensity, overlay_heatmap, upsample_heatmap

#: Height to which small frames are enlarged, px.
CELL_HEIGHT = 160
CAPTION_HEIGHT = 18
GAP = 4
TRUTH, PEAK = (0, 255, 0), (255, 255, 255)


def localization_cell(
    frames: np.ndarray,
    weights: np.ndarray,
    boxes: Sequence[Sequence[float]],
    position: float | None,
    title: str = '',
) -> np.ndarray:
    """One moment: the picture and, beside it, the same with map, truth (green) and peak (cross).

    Args:
        frames (np.ndarray): uint8, (T, H, W, 3), RGB.
        weights (np.ndarray): The map (T', H', W'), not negative.
        boxes (Sequence[Sequence[float]]): Truth, (x0, y0, x1, y1) each as fractions of the picture.
        position (float, optional): The moment, 0 to 1 over the clip; None shows the clip's mean map
            on its middle frame.
        title (str): One line above.

    Returns:
        np.ndarray: uint8 RGB picture.
    """
    import cv2

    if position is None:
        moment, frame = weights.mean(axis=0), frames[len(frames) // 2]
        heat = attention_intensity(moment[None])[0]
    else:
        step = min(int(position * len(weights)), len(weights) - 1)
        moment, heat = weights[step], attention_intensity(weights)[step]
        frame = frames[min(int(position * len(frames)), len(frames) - 1)]
    zoom = max(1.0, CELL_HEIGHT / frame.shape[0])
    size = round(frame.shape[0] * zoom), round(frame.shape[1] * zoom)
    plain = cv2.resize(np.ascontiguousarray(frame), size[::-1], interpolation=cv2.INTER_CUBIC)
    drawn = np.ascontiguousarray(overlay_heatmap(plain, upsample_heatmap(heat, size)))
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


def stack_cells(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Lay cells out in rows; those of unlike size are padded with black.

    Args:
        rows (Sequence[Sequence[np.ndarray]]): uint8 (H, W, 3) each; at least one cell.

    Returns:
        np.ndarray: uint8 RGB picture.
    """
    height = max(cell.shape[0] for row in rows for cell in row) + GAP
    width = max(cell.shape[1] for row in rows for cell in row) + GAP
    sheet = np.zeros((len(rows) * height, max(map(len, rows)) * width, 3), np.uint8)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet[
                i * height : i * height + cell.shape[0], j * width : j * width + cell.shape[1]
            ] = cell
    return sheet

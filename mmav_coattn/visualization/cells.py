"""Images of several cells: a frame beside its overlay, and rows of cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .heatmap import overlay_heatmap

#: Between cells, px.
GAP = 4


def plain_and_overlay(
    frame: np.ndarray, intensity: np.ndarray, min_height: int
) -> tuple[np.ndarray, np.ndarray]:
    """A frame alone and with its map; small ones are enlarged to ``min_height`` px.

    Args:
        frame (np.ndarray): uint8, (H, W, 3), RGB.
        intensity (np.ndarray): (H', W'), 0 to 1.
        min_height (int): Height of the results at least, px.
    """
    import cv2

    zoom = max(1.0, min_height / frame.shape[0])
    size = round(frame.shape[1] * zoom), round(frame.shape[0] * zoom)
    plain = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_CUBIC)
    return plain, overlay_heatmap(plain, intensity)


def stack_cells(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Lay cells out in rows; smaller ones are padded with black, and so is a gap after each.

    Args:
        rows (Sequence[Sequence[np.ndarray]]): uint8 (H, W, 3) each; at least one cell.

    Returns:
        np.ndarray: uint8 RGB image.
    """
    height = max(cell.shape[0] for row in rows for cell in row) + GAP
    width = max(cell.shape[1] for row in rows for cell in row) + GAP
    sheet = np.zeros((len(rows) * height, max(map(len, rows)) * width, 3), np.uint8)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet[i * height :, j * width :][: cell.shape[0], : cell.shape[1]] = cell
    return sheet

"""Small legible text on a picture."""

from __future__ import annotations

import numpy as np

#: Around the letters, px.
MARGIN = 3


def draw_caption(frame: np.ndarray, text: str, max_height: int = 22) -> np.ndarray:
    """Write one line into the upper left corner, white on a dark band.

    The letters shrink until the line fits into the picture's width.

    Args:
        frame (np.ndarray): uint8, (H, W, 3).
        text (str): One line.
        max_height (int): Height of the band at most, px.

    Returns:
        np.ndarray: A changed copy of the frame.
    """
    import cv2

    frame = np.ascontiguousarray(frame).copy()
    if not text:
        return frame
    scale, letters, rows = _layout(frame.shape[:2], text, max_height)
    band = frame[:rows]
    band[:] = band // 3
    place = (MARGIN, MARGIN + letters)
    cv2.putText(frame, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255,) * 3, 1, cv2.LINE_AA)
    return frame


def caption_band(size: tuple[int, int], text: str, max_height: int = 22) -> int:
    """Rows of the dark band under a line of text.

    Args:
        size (tuple[int, int]): Height and width of the picture, px.
        text (str): The line.
        max_height (int): As in :func:`draw_caption`.
    """
    return min(_layout(size, text, max_height)[2], size[0])


def _layout(size: tuple[int, int], text: str, max_height: int) -> tuple[float, int, int]:
    """Scale of the font, height of its letters and of the band, px."""
    import cv2

    font = cv2.FONT_HERSHEY_SIMPLEX
    (width, height), base = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(
        (size[1] - 2 * MARGIN) / width,
        (min(max_height, size[0]) - 2 * MARGIN) / (height + base),
    )
    (_, height), base = cv2.getTextSize(text, font, scale, 1)
    return scale, height, height + base + 2 * MARGIN

"""Small legible text on a frame."""

from __future__ import annotations

import numpy as np

#: Around the letters, px.
MARGIN = 3


def draw_caption(frame: np.ndarray, text: str, max_height: int = 22) -> np.ndarray:
    """Write one line into the upper left corner, white on a dark band.

    The letters shrink until the line fits into the frame's width.

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
    font, (height, width) = cv2.FONT_HERSHEY_SIMPLEX, frame.shape[:2]
    (text_width, letters), base = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(
        (width - 2 * MARGIN) / text_width, (min(max_height, height) - 2 * MARGIN) / (letters + base)
    )
    (_, letters), base = cv2.getTextSize(text, font, scale, 1)
    rows = min(letters + base + 2 * MARGIN, max_height)
    frame[:rows] //= 3
    origin = (MARGIN, MARGIN + letters)
    cv2.putText(frame, text, origin, font, scale, (255,) * 3, 1, cv2.LINE_AA)
    return frame

"""Small legible text on a picture."""

from __future__ import annotations

import numpy as np


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
    font, margin = cv2.FONT_HERSHEY_SIMPLEX, 3
    (width, height), base = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(
        (frame.shape[1] - 2 * margin) / width,
        (min(max_height, frame.shape[0]) - 2 * margin) / (height + base),
    )
    (_, height), base = cv2.getTextSize(text, font, scale, 1)
    band = frame[: height + base + 2 * margin]
    band[:] = band // 3
    cv2.putText(frame, text, (margin, margin + height), font, scale, (255,) * 3, 1, cv2.LINE_AA)
    return frame

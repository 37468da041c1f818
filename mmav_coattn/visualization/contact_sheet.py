"""One picture of a clip: some of its frames, and below them what the network attended to."""

from __future__ import annotations

import numpy as np

from .caption import draw_caption
from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap, upsample_heatmap

#: Small training frames are enlarged to this height, px, so that one can see something.
CELL_HEIGHT = 128
TITLE_HEIGHT = 24
GAP = 2


def contact_sheet(
    frames: np.ndarray, attention: np.ndarray, title: str = '', num_columns: int = 8
) -> np.ndarray:
    """Lay frames of a clip in a row, and the same frames with their attention below.

    Args:
        frames (np.ndarray): uint8, (T, H, W, 3), RGB, at equal distances in the clip.
        attention (np.ndarray): (T', H', W'), not negative, at equal distances in the same clip.
        title (str): One line above the frames.
        num_columns (int): Frames to show, spread evenly; all, if the clip has fewer.

    Returns:
        np.ndarray: uint8 RGB picture.
    """
    import cv2

    intensity = attention_intensity(attention)
    # Frame i and map j stand for the middle of equal parts of the clip.
    frame_times = (np.arange(len(frames)) + 0.5) / len(frames)
    map_times = (np.arange(len(intensity)) + 0.5) / len(intensity)
    num_columns = min(num_columns, len(frames))
    chosen = ((np.arange(num_columns) + 0.5) * len(frames) / num_columns).astype(int)
    intensity = interpolate_in_time(intensity, map_times, frame_times[chosen])

    height, width = frames.shape[1:3]
    zoom = max(1.0, CELL_HEIGHT / height)
    cell = (round(height * zoom), round(width * zoom))
    sheet = np.zeros(
        (TITLE_HEIGHT + 2 * (cell[0] + GAP), num_columns * (cell[1] + GAP) - GAP, 3), np.uint8
    )
    for column, (frame, heat) in enumerate(zip(frames[chosen], intensity, strict=True)):
        plain = cv2.resize(np.ascontiguousarray(frame), cell[::-1], interpolation=cv2.INTER_CUBIC)
        left = column * (cell[1] + GAP)
        for row, picture in enumerate(
            (plain, overlay_heatmap(plain, upsample_heatmap(heat, cell)))
        ):
            top = TITLE_HEIGHT + GAP + row * (cell[0] + GAP)
            sheet[top : top + cell[0], left : left + cell[1]] = picture
    return draw_caption(sheet, title, max_height=TITLE_HEIGHT)

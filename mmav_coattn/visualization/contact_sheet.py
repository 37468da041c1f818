"""One image of a clip: some of its frames, and below them the attention on each."""

from __future__ import annotations

import numpy as np

from .caption import draw_caption
from .cells import plain_and_overlay, stack_cells
from .heatmap import attention_intensity, interpolate_in_time

#: Small frames are enlarged to this height, px.
CELL_HEIGHT = 128
TITLE_HEIGHT = 24


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
        np.ndarray: uint8 RGB image.
    """
    intensity = attention_intensity(attention)
    # Frame i and map j stand for the middle of equal parts of the clip.
    frame_times = (np.arange(len(frames)) + 0.5) / len(frames)
    map_times = (np.arange(len(intensity)) + 0.5) / len(intensity)
    num_columns = min(num_columns, len(frames))
    chosen = ((np.arange(num_columns) + 0.5) * len(frames) / num_columns).astype(int)
    intensity = interpolate_in_time(intensity, map_times, frame_times[chosen])
    pairs = [
        plain_and_overlay(frame, heat, CELL_HEIGHT)
        for frame, heat in zip(frames[chosen], intensity, strict=True)
    ]
    sheet = stack_cells(list(zip(*pairs, strict=True)))
    sheet = np.pad(sheet, ((TITLE_HEIGHT, 0), (0, 0), (0, 0)))
    return draw_caption(sheet, title, max_height=TITLE_HEIGHT)

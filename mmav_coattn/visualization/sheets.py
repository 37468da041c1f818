"""Images of several cells with captions: frames, and the same with their maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmav_coattn.evaluation.functional import upsample_heatmap

from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap

#: Around the letters of a caption, and between cells, px.
MARGIN, GAP = 3, 4
#: Heights of captions, and those to which small frames are enlarged, px.
TITLE_HEIGHT, CAPTION_HEIGHT = 24, 18
SHEET_HEIGHT, CELL_HEIGHT = 128, 160
#: Colours of ground truth and peak.
TRUTH, PEAK = (0, 255, 0), (255, 255, 255)


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
        plain_and_overlay(frame, heat, SHEET_HEIGHT)
        for frame, heat in zip(frames[chosen], intensity, strict=True)
    ]
    return _with_title(stack_cells(list(zip(*pairs, strict=True))), title, TITLE_HEIGHT)


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
    return _with_title(pair, title, CAPTION_HEIGHT)


def plain_and_overlay(
    frame: np.ndarray, intensity: np.ndarray, min_height: int
) -> tuple[np.ndarray, np.ndarray]:
    """A frame (H, W, 3) alone and with its map (H', W'); small ones are enlarged.

    Their height is at least ``min_height`` px.
    """
    import cv2

    zoom = max(1.0, min_height / frame.shape[0])
    size = round(frame.shape[1] * zoom), round(frame.shape[0] * zoom)
    plain = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_CUBIC)
    return plain, overlay_heatmap(plain, intensity)


def stack_cells(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Lay cells, uint8 (H, W, 3), out in rows; smaller ones are padded with black.

    So is a gap after each.
    """
    height = max(cell.shape[0] for row in rows for cell in row) + GAP
    width = max(cell.shape[1] for row in rows for cell in row) + GAP
    sheet = np.zeros((len(rows) * height, max(map(len, rows)) * width, 3), np.uint8)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet[i * height :, j * width :][: cell.shape[0], : cell.shape[1]] = cell
    return sheet


def _with_title(image: np.ndarray, title: str, height: int) -> np.ndarray:
    return draw_caption(np.pad(image, ((height, 0), (0, 0), (0, 0))), title, height)


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

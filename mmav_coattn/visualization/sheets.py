"""Images of several frames: each alone, and with its map."""

from collections.abc import Sequence

import numpy as np

from .heatmap import attention_intensity, blend, interpolate_in_time, overlay_heatmap

#: Around the letters of a caption, and between cells, px.
MARGIN, GAP = 3, 4
#: Opacity of the band behind a caption, of 255.
DARK = 170
#: Height of the title, and that to which small frames are enlarged, px.
TITLE_HEIGHT, CELL_HEIGHT = 24, 128
#: Colour of the ground truth.
TRUTH = (0, 255, 0)

#: Position in a clip, 0 to 1, and the true boxes, (x0, y0, x1, y1) in fractions of the frame.
Moment = tuple[float, Sequence[Sequence[float]]]


def contact_sheet(
    frames: np.ndarray,
    attention: np.ndarray,
    title: str = '',
    num_columns: int = 8,
    moments: Sequence[Moment] = (),
) -> np.ndarray:
    """Lay frames of a clip in a row, and the same frames with their attention below.

    Args:
        frames (np.ndarray): uint8, (T, H, W, 3), RGB, at equal distances in the clip.
        attention (np.ndarray): (T', H', W'), not negative, at equal distances in the same clip.
        title (str): One line above the frames.
        num_columns (int): Frames to show, spread evenly; all, if the clip has fewer.
        moments (Sequence[Moment]): Show these instead, their boxes in green.

    Returns:
        np.ndarray: uint8 RGB image.
    """
    import cv2

    intensity = attention_intensity(attention)
    num_columns = min(num_columns, len(frames))
    if not moments:
        moments = [((i + 0.5) / num_columns, ()) for i in range(num_columns)]
    chosen = [min(int(position * len(frames)), len(frames) - 1) for position, _ in moments]
    # Frame i and map j stand for the middle of equal parts of the clip.
    frame_times = (np.array(chosen) + 0.5) / len(frames)
    map_times = (np.arange(len(intensity)) + 0.5) / len(intensity)
    pairs = [
        plain_and_overlay(frame, heat, CELL_HEIGHT)
        for frame, heat in zip(
            frames[chosen],
            interpolate_in_time(intensity, map_times, frame_times),
            strict=True,
        )
    ]
    for (_, drawn), (_, boxes) in zip(pairs, moments, strict=True):
        last = np.array(drawn.shape[1::-1]) - 1
        for box in boxes:
            corners = np.rint(np.reshape(box, (2, 2)) * last).astype(int).tolist()
            cv2.rectangle(drawn, *corners, TRUTH, 1)
    gap = ((0, GAP), (0, GAP), (0, 0))
    rows = [
        np.concatenate([np.pad(cell, gap) for cell in row], axis=1)
        for row in zip(*pairs, strict=True)
    ]
    sheet = np.pad(np.concatenate(rows), ((TITLE_HEIGHT, 0), (0, 0), (0, 0)))
    return draw_caption(sheet, title, TITLE_HEIGHT)


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


def draw_caption(frame: np.ndarray, text: str, max_height: int = 22) -> np.ndarray:
    """A copy of a frame uint8 (H, W, 3) with a caption, see :func:`caption_layer`."""
    frame = frame.copy()
    if text:
        layer = caption_layer(frame.shape[:2], text, max_height)
        frame[: len(layer)] = blend(frame[: len(layer)], layer)
    return frame


def caption_layer(size: tuple[int, int], text: str, max_height: int = 22) -> np.ndarray:
    """One line for the top of a frame, white on a dark band: RGBA uint8 (rows, W, 4).

    The letters shrink until the line fits into the width of the frame, whose ``size`` is (H, W),
    px. The band is at most ``max_height`` px high.
    """
    import cv2

    font, (height, width) = cv2.FONT_HERSHEY_SIMPLEX, size
    (text_width, letters), base = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(
        (width - 2 * MARGIN) / text_width, (min(max_height, height) - 2 * MARGIN) / (letters + base)
    )
    (_, letters), base = cv2.getTextSize(text, font, scale, 1)
    band = np.zeros((min(letters + base + 2 * MARGIN, max_height), width), np.uint8)
    cv2.putText(band, text, (MARGIN, MARGIN + letters), font, scale, 255, 1, cv2.LINE_AA)
    opacity = np.maximum(band, DARK)
    return np.stack([band, band, band, opacity], axis=-1)

"""Images of several frames: each alone, and with its map."""

from collections.abc import Sequence

import numpy as np

from .heatmap import attention_intensity, blend, interpolate_in_time, overlay_heatmap

#: Around the letters of a caption, and between cells, px.
MARGIN, GAP = 3, 4
#: Opacity of the band behind a caption, of 255.
DARK = 170
#: Frames of a clip that are shown, at most.
NUM_COLUMNS = 8
#: Height of the title, and that to which small frames are enlarged, px.
TITLE_HEIGHT, CELL_HEIGHT = 24, 128
#: Colour of the ground truth.
TRUTH = (0, 255, 0)

#: Position in a clip, 0 to 1, and the true boxes, (x0, y0, x1, y1) in fractions of the frame.
Moment = tuple[float, Sequence[Sequence[float]]]


def contact_sheet(
    frames: np.ndarray, attention: np.ndarray, title: str = '', moments: Sequence[Moment] = ()
) -> np.ndarray:
    """Lay frames of a clip in a row, and the same frames with their attention below.

    Frames (T, H, W, 3) and attention (T', H', W'), not negative, lie at equal distances in the
    clip. The ``moments`` are shown, their boxes in green; without any, up to :data:`NUM_COLUMNS`
    frames, spread evenly. Images are uint8, RGB.
    """
    import cv2

    intensity = attention_intensity(attention)
    if not moments:
        shown = min(NUM_COLUMNS, len(frames))
        moments = [((i + 0.5) / shown, ()) for i in range(shown)]
    chosen = [min(int(position * len(frames)), len(frames) - 1) for position, _ in moments]
    # Frame i and map j stand for the middle of equal parts of the clip.
    frame_times = (np.array(chosen) + 0.5) / len(frames)
    map_times = (np.arange(len(intensity)) + 0.5) / len(intensity)
    heats = interpolate_in_time(intensity, map_times, frame_times)
    zoom = max(1.0, CELL_HEIGHT / frames.shape[1])
    size = round(frames.shape[2] * zoom), round(frames.shape[1] * zoom)
    columns = []
    for frame, heat, (_, boxes) in zip(frames[chosen], heats, moments, strict=True):
        plain = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_CUBIC)
        drawn = overlay_heatmap(plain, heat)
        for box in boxes:
            corners = np.rint(np.reshape(box, (2, 2)) * (size[0] - 1, size[1] - 1)).astype(int)
            cv2.rectangle(drawn, *corners.tolist(), TRUTH, 1)
        cells = [np.pad(cell, ((0, GAP), (0, GAP), (0, 0))) for cell in (plain, drawn)]
        columns.append(np.concatenate(cells))
    sheet = np.pad(np.concatenate(columns, axis=1), ((TITLE_HEIGHT, 0), (0, 0), (0, 0)))
    if title:
        layer = caption_layer(sheet.shape[:2], title, TITLE_HEIGHT)
        sheet[: len(layer)] = blend(sheet[: len(layer)], layer)
    return sheet


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

"""Video frames as their three planes, brightness and two colour differences (YUV 4:2:0).

Files and encoders keep pictures this way. Drawing on the planes spares a conversion to RGB and one
back, which cost more than the drawing, and half of the bytes. Planes are ``[Y, U, V]``, uint8, Y
of (H, W) and the others of (H / 2, W / 2), in limited range: black is 16, white 235, and no colour
128 (ITU-R BT.601 and later).
"""

from __future__ import annotations

import numpy as np

#: Shares of red and blue in the brightness, by FFmpeg's number of the colour space
#: (AVCOL_SPC_*); BT.601 where the file does not say, as FFmpeg has it.
LUMA_SHARES = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601, 625 lines
    6: (0.299, 0.114),  # BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
}
BT601 = 6
#: FFmpeg's numbers of a range that uses all 256 levels, and of one that is not stated.
FULL_RANGE, UNSPECIFIED = 2, 2


class YuvConverter:
    """Turns decoded frames into planes of one size: upright, even, 4:2:0, limited range.

    Args:
        first: The first :class:`av.VideoFrame`; later ones of another size are scaled to its.
    """

    def __init__(self, first) -> None:
        from av.video.reformatter import VideoReformatter

        self.width, self.height = first.width, first.height
        self._reformatter = VideoReformatter()

    def __call__(self, frame) -> list[np.ndarray]:
        """The planes of a frame, in most cases views of its own memory: not to be written to.

        Args:
            frame (av.VideoFrame): Of any pixel format.

        Returns:
            list[np.ndarray]: Y (H, W), U and V (H / 2, W / 2), H and W even: the last row or column
            of an odd picture is repeated.
        """
        from mmav_coattn.media.frame_converter import quarter_turns

        turns = quarter_turns(frame)
        return [np.rot90(plane, turns) for plane in _even(planes_of(self._to_yuv(frame)))]

    def _to_yuv(self, frame):
        # Lines from bottom to top cannot be told to numpy.
        if not is_yuv(frame) or frame.planes[0].line_size < 0:
            frame = self._reformat(frame, 'rgb24')
            return self._reformat(frame, 'yuv420p', dst_colorspace='ITU601', dst_color_range='MPEG')
        if frame.color_range == FULL_RANGE or frame.format.name.startswith('yuvj'):
            return self._reformat(frame, 'yuv420p', dst_color_range='MPEG')
        return self._reformat(frame, 'yuv420p')

    def _reformat(self, frame, pixel_format: str, **changes):
        # What is as wanted comes back as it is. One thread: making more for each frame takes
        # longer than they save.
        return self._reformatter.reformat(
            frame, self.width, self.height, pixel_format, threads=1, **changes
        )


def is_yuv(frame) -> bool:
    """Whether the pixels of an :class:`av.VideoFrame` are YUV of some kind, not RGB or grey."""
    return frame.format.name.startswith(('yuv', 'nv', 'p0'))


def planes_of(frame) -> list[np.ndarray]:
    """Views of the memory of a ``yuv420p`` :class:`av.VideoFrame`, which they keep alive."""
    views = []
    for plane in frame.planes:
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        views.append(lines[: plane.height, : plane.width])
    return views


def new_frame(width: int, height: int):
    """An :class:`av.VideoFrame` of even size to draw into, through :func:`planes_of`."""
    import av

    return av.VideoFrame(width, height, 'yuv420p')


def rgb_to_yuv(colours: np.ndarray, colorspace: int) -> np.ndarray:
    """Colours as the levels of the three planes.

    Args:
        colours (np.ndarray): (..., 3), RGB from 0 to 255.
        colorspace (int): FFmpeg's number of the colour space.

    Returns:
        np.ndarray: float64, (..., 3), YUV in limited range.
    """
    red_share, blue_share = LUMA_SHARES.get(colorspace, LUMA_SHARES[BT601])
    red, green, blue = np.moveaxis(np.asarray(colours, np.float64) / 255, -1, 0)
    luma = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    return np.stack(
        [
            16 + 219 * luma,
            128 + 112 * (blue - luma) / (1 - blue_share),
            128 + 112 * (red - luma) / (1 - red_share),
        ],
        axis=-1,
    )


def colorspace_of(frame) -> int:
    """FFmpeg's number of the colour space of what :class:`YuvConverter` makes of a frame."""
    if not is_yuv(frame) or frame.planes[0].line_size < 0:
        return BT601
    return frame.colorspace if frame.colorspace in LUMA_SHARES else UNSPECIFIED


def _even(planes: list[np.ndarray]) -> list[np.ndarray]:
    # The planes of colour of an odd picture have a place more than half of it already.
    height, width = planes[0].shape
    if height % 2 or width % 2:
        planes[0] = np.pad(planes[0], ((0, height % 2), (0, width % 2)), mode='edge')
    return planes

"""Frames by time: at ``t``, the latest frame whose time stamp is at most ``t`` is shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mmav_coattn.errors import UnreadableMediaError

from .frame_converter import FrameConverter
from .planned_decoding import read_planned
from .seeking import seek_to

#: Seconds to start earlier when a jump led past the wanted frame (a keyframe whose frames are
#: shown before it, or an index by decoding time); the last one leads to the beginning of any file.
_BACK_OFFS = (0.0, 2.0, 10.0, 10**6)
#: Slack when a time is compared with a time stamp, in seconds: far below any frame's duration.
_EPSILON = 1e-6


def read_frames(
    container, stream, times: np.ndarray, *, short_side: int | None, path: str
) -> np.ndarray:
    """Decode the frames shown at ``times`` with PyAV, in one pass, turned as their tag says.

    Args:
        container (av.container.InputContainer): The open file.
        stream (av.video.stream.VideoStream): Its video stream.
        times (np.ndarray): ``(T,)`` seconds, in any order.
        short_side (int, optional): Pixels to scale the shorter side down to.
        path (str): The file's name, for messages.

    Returns:
        np.ndarray: ``(T, H, W, 3)`` uint8, RGB.

    Raises:
        UnreadableMediaError: If decoding fails, or the video ends before the last time.
    """
    import av

    order = np.argsort(times, kind='stable')
    wanted = times[order]
    to_rgb = FrameConverter(short_side)
    try:
        planned = read_planned(container, stream, wanted, to_rgb)
        if planned is not None:
            return planned[np.argsort(order)] if (np.diff(order) < 0).any() else planned
        shown = None
        for back_off in _BACK_OFFS:
            seek_to(container, stream, wanted[0] - back_off)
            shown = _frames_on_show(_in_order(container.decode(stream), path), wanted)
            if shown is not None:
                break
    except (av.FFmpegError, OSError) as error:
        raise UnreadableMediaError(path, f'its video cannot be decoded ({error})') from error
    if shown is None:
        raise UnreadableMediaError(
            path,
            f'its video cannot be decoded from {wanted[0]:.3f} to {wanted[-1]:.3f} s; the file '
            f'is probably cut off or damaged',
        )
    # Neighbouring times often fall into one frame: convert each frame once.
    converted: dict[int, np.ndarray] = {}
    images: list = [None] * len(times)
    for position, frame in zip(order, shown, strict=True):
        if id(frame) not in converted:
            converted[id(frame)] = to_rgb(frame)
        images[position] = converted[id(frame)]
    sizes = {image.shape[:2] for image in images}
    if len(sizes) > 1:
        named = ' and '.join(f'{width}x{height}' for height, width in sorted(sizes))
        raise UnreadableMediaError(
            path, f'its video changes size from {wanted[0]:.3f} to {wanted[-1]:.3f} s ({named})'
        )
    return np.stack(images)


def stream_frames(
    container, stream, times: np.ndarray, *, short_side: int | None, path: str
) -> Iterator[np.ndarray]:
    """Decode the frames shown at ``times`` one after the other; see :func:`read_frames`.

    However many they are, no more than two of them are in memory, and the file is decoded once.

    Args:
        times (np.ndarray): ``(T,)`` seconds, not falling.

    Yields:
        np.ndarray: ``(H, W, 3)`` uint8, RGB, one for each time. Equal neighbours may share memory.
    """
    import av

    to_rgb = FrameConverter(short_side)
    try:
        for back_off in _BACK_OFFS:
            seek_to(container, stream, times[0] - back_off)
            frames = _in_order(container.decode(stream), path)
            current = next(frames, None)
            if current is not None and current.time <= times[0] + _EPSILON:
                break
        else:
            current = None
        image, position, duration = None, 0, 0.0
        while current is not None and position < len(times):
            following = next(frames, None)
            if following is not None:
                duration = following.time - current.time
                until = following.time - _EPSILON
            else:
                duration = max(duration, float((current.duration or 0) * current.time_base))
                until = current.time + duration + 2 * _EPSILON
            image = None
            while position < len(times) and times[position] < until:
                image = to_rgb(current) if image is None else image
                yield image
                position += 1
            current = following
    except (av.FFmpegError, OSError) as error:
        raise UnreadableMediaError(path, f'its video cannot be decoded ({error})') from error
    if position < len(times):
        raise UnreadableMediaError(
            path,
            f'its video cannot be decoded at {times[position]:.3f} s; the file is probably cut '
            f'off or damaged',
        )


def _in_order(frames: Iterator, path: str) -> Iterator:
    """The decoded frames that are placed on the clock, as long as the clock goes forwards.

    Raises:
        UnreadableMediaError: If it goes backwards, so that no frame's time is known: H.264 with
            B-frames in AVI, or recordings joined without new time stamps.
    """
    before = None
    for frame in frames:
        if frame.pts is None:
            continue  # It cannot be shown at a known time.
        if before is not None and frame.pts < before:
            raise UnreadableMediaError(
                path,
                f'the time stamps of its frames go backwards at {frame.time:.3f} s, so when they '
                f'are shown is not known; convert it to MP4 or Matroska',
            )
        before = frame.pts
        yield frame


def _frames_on_show(frames, wanted: np.ndarray) -> list | None:
    """The frames shown at the sorted times, or None if decoding began or ended in their midst."""
    shown: list = []
    current = None
    duration = 0.0
    for frame in frames:
        start = frame.time
        if current is None and start > wanted[0] + _EPSILON:
            return None
        while len(shown) < len(wanted) and wanted[len(shown)] < start - _EPSILON:
            shown.append(current)
        if len(shown) == len(wanted):
            return shown
        if current is not None:
            duration = start - current.time
        current = frame
    if current is None:
        return None
    # The last frame stays for its own duration; anything later would be a frozen frame.
    end = current.time + max(duration, float((current.duration or 0) * current.time_base))
    while len(shown) < len(wanted) and wanted[len(shown)] <= end + _EPSILON:
        shown.append(current)
    return shown if len(shown) == len(wanted) else None

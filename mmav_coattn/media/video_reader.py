"""Frames by time: at ``t``, the latest frame whose time stamp is at most ``t`` is shown."""

from collections.abc import Iterator

import numpy as np

from mmav_coattn.errors import UnreadableMediaError

from .damage import refused
from .frame_converter import FrameConverter
from .planned_decoding import EPSILON, read_planned
from .seeking import seek_to

#: Seconds to start earlier when a jump led past the wanted frame (a keyframe whose frames are
#: shown before it, or an index by decoding time); the last one leads to the beginning of any file.
_BACK_OFFS = (0.0, 2.0, 10.0, 10**6)
_UNDECODABLE = 'its video cannot be decoded'


def read_frames(
    container, stream, times: np.ndarray, *, short_side: int | None, path: str
) -> np.ndarray:
    """Decode the frames shown at ``times``, in one pass; see :meth:`MediaFile.read_frames`."""
    order = np.argsort(times, kind='stable')
    wanted = times[order]
    with refused(path, _UNDECODABLE):
        images = read_planned(container, stream, wanted, FrameConverter(short_side))
    if images is None:
        shown = list(stream_frames(container, stream, wanted, short_side=short_side, path=path))
        sizes = {image.shape[:2] for image in shown}
        if len(sizes) > 1:
            named = ' and '.join(f'{width}x{height}' for height, width in sorted(sizes))
            span = f'from {wanted[0]:.3f} to {wanted[-1]:.3f} s'
            raise UnreadableMediaError(path, f'its video changes size {span} ({named})')
        images = np.stack(shown)
    return images[np.argsort(order)] if (np.diff(order) < 0).any() else images


def stream_frames(
    container, stream, times: np.ndarray, *, short_side: int | None, path: str
) -> Iterator[np.ndarray]:
    """Decode the frames shown at ``times``, not falling; see :meth:`MediaFile.stream_frames`.

    However many they are, no more than two of them are in memory, and the file is decoded once.
    Equal neighbours may share memory.
    """
    to_rgb = FrameConverter(short_side)
    position, duration = 0, 0.0
    with refused(path, _UNDECODABLE):
        frames, current = _begin(container, stream, times[0], path)
        while current is not None and position < len(times):
            following = next(frames, None)
            if following is not None:
                duration = following.time - current.time
                until = following.time - EPSILON
            else:
                # The last frame stays for its own duration; anything later would be frozen.
                duration = max(duration, float((current.duration or 0) * current.time_base))
                until = current.time + duration + 2 * EPSILON
            image = None
            while position < len(times) and times[position] < until:
                image = to_rgb(current) if image is None else image
                yield image
                position += 1
            current = following
    if position < len(times):
        what = f'{_UNDECODABLE} at {times[position]:.3f} s'
        raise UnreadableMediaError(path, f'{what}; the file is probably cut off or damaged')


def _begin(container, stream, time: float, path: str) -> tuple[Iterator, object]:
    """The frames from the one shown at ``time`` on or before it, and the first; None if none is."""
    for back_off in _BACK_OFFS:
        seek_to(container, stream, time - back_off)
        frames = _in_order(container.decode(stream), path)
        first = next(frames, None)
        if first is not None and first.time <= time + EPSILON:
            return frames, first
    return frames, None


def _in_order(frames: Iterator, path: str) -> Iterator:
    """The decoded frames that are placed on the clock, as long as the clock goes forwards."""
    before = None
    for frame in frames:
        if frame.pts is None:
            continue  # It cannot be shown at a known time.
        if before is not None and frame.pts < before:
            # H.264 with B-frames in AVI, or recordings joined without new time stamps.
            what = f'the time stamps of its frames go backwards at {frame.time:.3f} s'
            why = 'so when they are shown is not known; convert it to MP4 or Matroska'
            raise UnreadableMediaError(path, f'{what}, {why}')
        before = frame.pts
        yield frame

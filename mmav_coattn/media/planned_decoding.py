"""Decode only the frames that are needed, where the packets tell beforehand which those are.

Packets carry the time at which their frame is shown. Once those of a clip are read, it is known
which frames will be shown at the wanted times, and a decoder can leave out every other frame
that no further one is predicted from: half of them in H.264 with B-frames.
"""

from collections.abc import Callable

import numpy as np

from .seeking import STAMPED_CONTAINERS, seek_to

#: Codecs, by FFmpeg's names, of which a packet holds one shown frame. One of AV1 may hold two.
ONE_FRAME_A_PACKET = frozenset(['h264', 'hevc', 'mpeg4', 'vp8', 'vp9', 'mjpeg', 'prores'])
#: Slack when a time is compared with a time stamp, in seconds: far below any frame's duration.
EPSILON = 1e-6


def read_planned(container, stream, wanted: np.ndarray, to_rgb: Callable) -> np.ndarray | None:
    """The frames ``(T, H, W, 3)`` uint8 shown at ``wanted``, (T,) sorted seconds.

    None where the packets do not tell which those are: the container, a gap, damage, the end of the
    file or a frame that changes size calls for the patient way, decoding everything. ``to_rgb``
    turns a decoded frame into ``(H, W, 3)``.
    """
    import av

    codec = stream.codec_context.codec.canonical_name
    if container.format.name not in STAMPED_CONTAINERS or codec not in ONE_FRAME_A_PACKET:
        return None
    packets = _packets(container, stream, wanted)
    if packets is None:
        return None
    stamps = np.array(sorted(packet.pts for packet in packets))
    rows = np.searchsorted(stamps * float(stream.time_base), wanted + EPSILON, side='right') - 1
    if rows[0] < 0 or (np.diff(stamps) == 0).any():
        return None  # The jump led past the first frame, or two have the same time.
    places: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(int(stamps[row]), []).append(place)
    try:
        known = {packet.pts for packet in packets}
        return _decode(stream.codec_context, packets, places, known, to_rgb)
    except av.FFmpegError:
        return None
    finally:
        stream.codec_context.skip_frame = 'DEFAULT'


def _packets(container, stream, wanted: np.ndarray) -> list | None:
    """All packets of the frames up to the last wanted time, or None if they do not end there."""
    seek_to(container, stream, wanted[0])
    packets = []
    for packet in container.demux(stream):
        stamped = packet.pts is not None and packet.dts is not None and packet.pts >= packet.dts
        if not stamped or packet.is_discard or packet.is_corrupt:
            return None
        packets.append(packet)
        # No frame is shown before it is decoded: later packets are of later frames.
        if packet.dts * stream.time_base > wanted[-1] + EPSILON:
            return packets
    return None


def _decode(decoder, packets: list, places: dict, known: set, to_rgb: Callable):
    images = None
    count = sum(map(len, places.values()))
    missing = set(places)
    for packet in [*packets, None]:  # None: give out what is still held back
        if packet is not None:
            decoder.skip_frame = 'DEFAULT' if packet.pts in places else 'NONREF'
        for frame in decoder.decode(packet):
            if frame.pts not in known:
                return None  # A frame that no packet told of; it may be shown as well.
            if frame.pts not in missing:
                continue
            image = to_rgb(frame)
            if images is None:
                images = np.empty((count, *image.shape), np.uint8)
            if image.shape != images.shape[1:]:
                return None
            images[places[frame.pts]] = image
            missing.remove(frame.pts)
        if not missing:
            return images
    return None

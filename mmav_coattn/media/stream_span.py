"""When the streams of a file begin and end, without reading all of it.

Durations in headers are not good enough: Matroska has none per stream, MP4 counts what an edit list
hides, and a file that was cut off keeps the header of the whole. So the ends are taken from the
last packets, after a jump to the end of the file; the cost does not grow with the file's length.
"""

from mmav_coattn.errors import UnreadableMediaError

from .damage import refused
from .seeking import loses_its_clock, rewind

#: Containers without an index of key frames: a jump lands among the last packets of all, where the
#: latest frame may lie before and later ones miss what they follow.
_UNINDEXED_CONTAINERS = ('mpegts', 'mpeg')
#: Seconds before the end that are read in these; frames are reordered over far less.
_TAIL = 1.0
#: Seconds on the container's clock that no file reaches; a jump there lands at the last keyframe.
_PAST_ANY_END = 10**6 * 3600


def find_spans(container, streams: list, path: str) -> dict[int, tuple[float, float]]:
    """First and last second of each stream on the container's clock, by the stream's index.

    Raises:
        UnreadableMediaError: If a stream has no packet, or no time stamps.
    """
    with refused(path, 'its streams cannot be read'):
        starts = {stream.index: _first_time(container, stream) for stream in streams}
        ends = _last_times(container, streams)
    spans = {}
    for stream in streams:
        start, end = starts[stream.index], ends.get(stream.index)
        if start is None or end is None:
            what = f'its {stream.type} holds no data with time stamps'
            raise UnreadableMediaError(path, f'{what}; the file is probably cut off or damaged')
        spans[stream.index] = (start, end)
    return spans


def _first_time(container, stream) -> float | None:
    """Time of the first frame that is really shown or heard, codec delay and edit list applied."""
    start = _first_keyframe(container, stream) if stream.type == 'video' else None
    if start is not None:
        return start
    if stream.start_time is not None:
        return float(stream.start_time * stream.time_base)
    rewind(container, stream)
    return next((frame.time for frame in container.decode(stream)), None)


def _first_keyframe(container, stream) -> float | None:
    """Time of the first frame that can be decoded, or None where the header's start is right.

    AVI and NUT give the first *decoding* time as the stream's start, which is earlier; a recording
    that was cut out of a broadcast begins with frames whose keyframe is lost.
    """
    rewind(container, stream)
    for packet in container.demux(stream):
        if packet.is_discard:
            return None  # An edit list begins between keyframes, and the header accounts for it.
        if packet.is_keyframe and packet.pts is not None:
            start = packet.pts if stream.start_time is None else max(packet.pts, stream.start_time)
            return float(start * stream.time_base)
    return None


def _last_times(container, streams: list) -> dict[int, float]:
    import av

    ends: dict[int, float] = {}
    for stream in streams:
        if stream.index in ends:
            continue
        try:
            if loses_its_clock(container, stream):
                rewind(container, stream)
                found = _ends_from_here(container, streams)
            else:
                container.seek(int(_PAST_ANY_END / stream.time_base), stream=stream, backward=True)
                # One jump serves every stream with packets behind the time it led to.
                clocked = [x for x in streams if not loses_its_clock(container, x)]
                found = _ends_from_here(container, clocked)
            if container.format.name in _UNINDEXED_CONTAINERS and stream.index in found:
                target = int((found[stream.index] - _TAIL) / stream.time_base)
                container.seek(target, stream=stream, backward=True)
                found |= _ends_from_here(container, streams)
            ends.update(found)
        except av.FFmpegError:
            pass  # This container cannot jump to its end; it is read from the start instead.
        if stream.index not in ends:
            rewind(container, stream)
            for index, end in _ends_from_here(container, streams).items():
                ends.setdefault(index, end)
    return ends


def _ends_from_here(container, streams: list) -> dict[int, float]:
    last_two: dict[int, list] = {}
    for packet in container.demux(streams):
        # FFmpeg marks as corrupt what is not all there, such as where a file was cut off.
        if packet.pts is None or packet.is_discard or packet.is_corrupt:
            continue
        packets = last_two.setdefault(packet.stream.index, [])
        packets.append(packet)
        packets.sort(key=lambda x: x.pts)
        del packets[:-2]
    ends = {}
    for index, packets in last_two.items():
        last = packets[-1]
        duration = last.duration or last.pts - packets[0].pts
        ends[index] = float((last.pts + duration) * last.stream.time_base)
    return ends


def find_video_delay(container, stream, path: str) -> float:
    """Seconds by which the frames' time stamps are late, because FFmpeg guessed them.

    AVI and ASF (WMV) have decoding times only. FFmpeg makes the presentation times up, one frame
    late where a codec may reorder frames (H.264, MPEG-1 and 2, MPEG-4 with B-frames).

    Raises:
        UnreadableMediaError: If the file cannot be read, or is H.264 in ASF: behind each jump
            FFmpeg gives its first frame the time of the second, and the second none.
    """
    if container.format.name not in ('avi', 'asf'):
        return 0.0
    if container.format.name == 'asf' and stream.codec_context.codec.canonical_name == 'h264':
        why = 'the times of its frames are not known (H.264 in ASF or WMV loses time stamps)'
        raise UnreadableMediaError(path, f'{why}; convert it to MP4 or Matroska')
    with refused(path, 'its streams cannot be read'):
        rewind(container, stream)
        for packet in container.demux(stream):
            if packet.is_keyframe and packet.pts is not None and packet.dts is not None:
                return float((packet.pts - packet.dts) * stream.time_base)
    return 0.0

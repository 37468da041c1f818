"""Jumping to a time in a file."""

from collections.abc import Iterator
from contextlib import contextmanager

#: Containers whose time stamps were written by who made the file, and which find the packets of one
#: stream without those of the others. Elsewhere FFmpeg guesses some stamps, and a wrong guess shows
#: only in the order of all frames.
STAMPED_CONTAINERS = frozenset(['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm'])


def seek_to(container, stream, time: float) -> None:
    """Jump to the last keyframe of ``stream`` at or before ``time``, in seconds.

    The jump is made on the stream's own clock, also to before its start: a jump of the whole
    container to 0 s lands behind the priming packets of MP3 and AC-3 in Matroska, and loses the
    first frame. AVI and FLV refuse a jump to before their first packet; there the file is rewound.
    ``av.FFmpegError`` says that the container cannot jump at all.
    """
    import av

    if loses_its_clock(container, stream):
        rewind(container, stream)
        return
    try:
        container.seek(int(time / stream.time_base), stream=stream, backward=True)
    except av.FFmpegError:
        if stream.start_time is not None and time > stream.start_time * stream.time_base:
            raise
        rewind(container, stream)


def rewind(container, stream) -> None:
    """Jump to where the first packet of ``stream`` is met again."""
    import av

    try:
        container.seek(0)
    except av.FFmpegError:
        # The whole container jumps by its video, which FLV refuses where that starts after 0 s.
        container.seek(stream.start_time or 0, stream=stream, backward=True)


def loses_its_clock(container, stream) -> bool:
    """Whether packets after a jump carry wrong time stamps, so that one must read from the start.

    FFmpeg numbers FLAC in Ogg from 0 s again wherever a jump leads. In MPEG program streams only
    some packets have a time stamp, and after a jump the frames in between are one frame late.
    """
    is_flac_in_ogg = container.format.name == 'ogg' and stream.codec_context.name == 'flac'
    return is_flac_in_ogg or (container.format.name == 'mpeg' and stream.type == 'video')


@contextmanager
def alone(container, stream) -> Iterator[None]:
    """Leave the packets of all other streams in the file, where the container can."""
    from av.stream import Discard

    can = container.format.name in STAMPED_CONTAINERS
    others = [other for other in container.streams if can and other is not stream]
    for other in others:
        other.discard = Discard.all
    try:
        yield
    finally:
        for other in others:
            other.discard = Discard.default

"""Jumping to a time in a file."""

from __future__ import annotations


def seek_to(container, stream, time: float) -> None:
    """Jump to the last keyframe of ``stream`` at or before ``time``, in seconds.

    The jump is made on the stream's own clock, also to before its start: a jump of the whole
    container to 0 s lands behind the priming packets of MP3 and AC-3 in Matroska, and loses the
    first frame. AVI and FLV refuse a jump to before their first packet; they have no packets
    before 0 s, so there the jump of the whole container is right.

    Args:
        container (av.container.InputContainer): The open file.
        stream (av.stream.Stream): One of its streams.
        time (float): Seconds on the container's clock.

    Raises:
        av.FFmpegError: If the container cannot jump at all.
    """
    import av

    try:
        container.seek(int(time / stream.time_base), stream=stream, backward=True)
    except av.FFmpegError:
        if stream.start_time is not None and time > stream.start_time * stream.time_base:
            raise
        container.seek(0)

"""Videos with the attention drawn on the frames and the original audio in sync.

::

    file --frames with time stamps--> + heat map of that time --H.264----------+
    file --samples with time stamps--> cut to [start, start + duration) --AAC--> MP4

A thread decodes frames ahead of the one that is drawn; filters and encoder have their own.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from mmav_coattn.errors import NoVideoError, TooShortError, UnreadableMediaError
from mmav_coattn.io import whole_file
from mmav_coattn.media.open_container import open_container
from mmav_coattn.media.read_ahead import ReadAhead
from mmav_coattn.media.seeking import seek_to

from .audio_track import AudioTrack
from .heatmap import attention_intensity, interpolate_in_time
from .video_track import VideoTrack

#: Frames that wait to be drawn: one of 4K takes 12 MB.
FRAMES_AHEAD = 2
#: Times are sums of floats; a microsecond is neither a frame nor a sample.
ROUNDING = 1e-6
#: Index at the front, for the web; and wait for the other stream however far behind its encoder is,
#: so that both lie interleaved.
MP4_OPTIONS = {'movflags': 'faststart', 'max_interleave_delta': '0'}


def write_overlay_video(
    video_path: str | Path,
    out_path: str | Path,
    attention: np.ndarray,
    attention_times: np.ndarray,
    start: float = 0.0,
    duration: float | None = None,
    caption: str = '',
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    side_by_side: bool = False,
    progress: Callable[[float, float], None] = lambda done, total: None,
) -> Path:
    """Write a segment of a video as MP4 with its attention drawn on it, and its audio.

    Every frame from ``start`` to ``start + duration`` is kept, at its own time (variable frame
    rates stay variable) and size; audio and video keep their time to each other to the sample.
    H.264 in its usual 4:2:0 form needs even sizes, so an odd one is scaled to one pixel more.
    Frames are turned upright as the file's rotation tag says; those that change their size are
    scaled to the first. Audio of more than two channels is mixed down to stereo.

    Args:
        out_path (str | Path): The MP4 to write, and to return; it appears only when complete.
        attention (np.ndarray): (T', H', W'), see :func:`attention_intensity`.
        attention_times (np.ndarray): (T',), s on the clock of the original, as is ``start``.
        duration (float, optional): Length, s; to the end of the file by default.
        caption (str): One line drawn into the frames.
        box (tuple): Part of the upright frame that the maps cover, (x0, y0, x1, y1), fractions.
        side_by_side (bool): Show the original to the left of the overlay.

    Raises:
        UnreadableMediaError: If the file cannot be opened or decoded.
        NoVideoError, NoAudioError: If it has no such stream.
        TooShortError: If no frame, or no audio, lies in the segment.
        ValueError: If the maps or their times cannot be used.
    """
    import av

    end = np.inf if duration is None else start + duration
    intensity = attention_intensity(attention)
    interpolate_in_time(intensity, attention_times, [start])  # complains before anything is written
    out_path = Path(out_path)
    try:
        with (
            whole_file(out_path) as partial,
            open_container(video_path) as source,
            av.open(str(partial), 'w', format='mp4', options=MP4_OPTIONS) as output,
            ReadAhead(_read_frames(video_path, start, end), FRAMES_AHEAD) as frames,
        ):
            track = AudioTrack(source, start, end)
            video = audio = None
            for frame in _draw(frames, intensity, attention_times, box, caption, side_by_side):
                time = frame.time - start
                if video is None:  # The size is known only now; a stream cannot be added later.
                    video = VideoTrack(output, frame)
                    audio = output.add_stream('aac', rate=track.rate, layout=track.layout)
                video.encode(frame, time)
                track.encode_until(output, audio, time)
                progress(time, attention_times[-1] - start)
            if video is None:
                raise TooShortError(str(video_path), f'has no frame from {start:.3f} s on')
            video.finish()
            track.finish(output, audio)
    except av.FFmpegError as error:
        raise UnreadableMediaError(
            str(video_path), f'cannot be turned into an overlay video ({error})'
        ) from error
    return out_path


def _draw(frames: Iterable, intensity: np.ndarray, times: np.ndarray, *settings) -> Iterator:
    """Frames with the maps of their times drawn on them, by an OverlayGraph of these settings."""
    from .overlay_graph import OverlayGraph  # which needs PyAV

    graph = None
    for frame in frames:
        graph = graph or OverlayGraph(frame, *settings)
        yield from graph.draw(frame, interpolate_in_time(intensity, times, [frame.time])[0])
    if graph is not None:
        yield from graph.finish()


def _read_frames(path: str | Path, start: float, end: float) -> Iterator:
    """The frames in [start, end)."""
    with open_container(path) as container:
        if not container.streams.video:
            raise NoVideoError(str(path), 'has no video stream')
        stream = container.streams.video[0]
        stream.thread_type = 'AUTO'
        seek_to(container, stream, start)
        for frame in container.decode(stream):
            if frame.pts is None or frame.time < start - ROUNDING:
                continue
            if frame.time >= end - ROUNDING:
                break
            yield frame

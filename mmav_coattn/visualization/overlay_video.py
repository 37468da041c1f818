"""Videos with the attention drawn on the frames and the original audio in sync.

::

    file --frames with time stamps, as RGB--> + heat map of that time --H.264--+
    file --samples with time stamps--> cut to [start, start + duration) --AAC--> MP4

A thread decodes and converts frames ahead of the one that is drawn; the encoder has threads of its
own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mmav_coattn.errors import NoVideoError, TooShortError, UnreadableMediaError
from mmav_coattn.io import whole_file
from mmav_coattn.media.frame_converter import FrameConverter
from mmav_coattn.media.open_container import open_container
from mmav_coattn.media.read_ahead import ReadAhead
from mmav_coattn.media.seeking import seek_to

from .audio_track import AudioTrack
from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap
from .sheets import draw_caption
from .video_track import VideoTrack

#: Frames that wait to be drawn: one of 4K takes 37 MB, as it was decoded and as RGB.
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
    H.264 in its usual 4:2:0 form needs even sizes, so the last row or column of an odd one is
    repeated. Frames are turned upright as the file's rotation tag says; those that change their
    size are scaled to the first. Audio of more than two channels is mixed down to stereo.

    Args:
        out_path (str | Path): The MP4 to write; it appears only when it is complete.
        attention (np.ndarray): (T', H', W'), not negative; :func:`attention_intensity` says how
            weights become colour.
        attention_times (np.ndarray): (T',), s on the clock of the original.
        start (float): Where to begin, s on the clock of the original.
        duration (float, optional): Length, s; to the end of the file by default.
        caption (str): One line drawn into the frames.
        box (tuple): The part of the frame that the maps cover, (x0, y0, x1, y1) as fractions of
            width and height of the upright frame, as in ``FixedCrop``.
        side_by_side (bool): Show the original to the left of the overlay.
        progress (Callable): Called after each frame with the seconds done and about those in all.

    Returns:
        Path: ``out_path``.

    Raises:
        UnreadableMediaError: If the file cannot be opened or decoded.
        NoVideoError: If it has no video stream.
        NoAudioError: If it has no audio stream: there is nothing to look for the source of.
        TooShortError: If no frame, or no audio, lies in the segment.
        ValueError: If the maps and their times do not fit.
    """
    import av

    end = np.inf if duration is None else start + duration
    intensity = attention_intensity(attention)
    interpolate_in_time(intensity, attention_times, [start])  # complains before anything is written
    out_path = Path(out_path)
    try:
        with (
            whole_file(out_path) as partial,
            AudioTrack(video_path, start, end) as track,
            av.open(str(partial), 'w', format='mp4', options=MP4_OPTIONS) as output,
            ReadAhead(_read_frames(video_path, start, end), FRAMES_AHEAD) as frames,
        ):
            video = audio = None
            for frame, image in frames:
                time = frame.time
                heat = interpolate_in_time(intensity, attention_times, [time])[0]
                drawn = draw_overlay(image, heat, box, caption, side_by_side)
                if video is None:  # The size is known only now; a stream cannot be added later.
                    video = VideoTrack(output, drawn.shape[:2], frame)
                    audio = track.add_stream(output)
                video.encode(drawn, time - start)
                track.encode_until(output, audio, time - start)
                progress(time - start, attention_times[-1] - start)
            if video is None:
                raise TooShortError(str(video_path), f'has no frame from {start:.3f} s on')
            video.finish()
            track.finish(output, audio)
    except av.FFmpegError as error:
        raise UnreadableMediaError(
            str(video_path), f'cannot be turned into an overlay video ({error})'
        ) from error
    return out_path


def draw_overlay(
    frame: np.ndarray,
    heat: np.ndarray,
    box: tuple[float, float, float, float],
    caption: str = '',
    side_by_side: bool = False,
) -> np.ndarray:
    """One frame of an overlay video; for ``box`` and the others see :func:`write_overlay_video`.

    Of a frame uint8 (H, W, 3), RGB, which is not changed, and a map (H', W'), 0 to 1. Returns uint8
    (H, W, 3) with even H and W, or (H, 2 W, 3) side by side.
    """
    height, width = frame.shape[:2]
    drawn = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge')
    height, width = drawn.shape[:2]
    if side_by_side:
        drawn = np.concatenate([drawn, drawn], axis=1)
    x0, y0, x1, y1 = box
    part = drawn[:, -width:][
        round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)
    ]
    if part.size:
        part[:] = overlay_heatmap(part, heat)
    return draw_caption(drawn, caption)


def _read_frames(path: str | Path, start: float, end: float) -> Iterator:
    """The frames in [start, end), as :class:`av.VideoFrame` and as RGB (H, W, 3)."""
    to_rgb = FrameConverter()
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
            yield frame, to_rgb(frame)

"""Videos with the attention drawn on the picture and the original sound in sync.

::

    file --frames with time stamps--> + heat map of that time --H.264--+
    file --samples with time stamps--> cut to [start, start + duration) --AAC--> MP4
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.datasets.media.frame_converter import FrameConverter
from mmav_coattn.datasets.media.seeking import seek_to
from mmav_coattn.errors import NoVideoError, TooShortError, UnreadableMediaError

from .caption import draw_caption
from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap, upsample_heatmap
from .sound_track import SoundTrack

#: Times are sums of floats; a microsecond is neither a frame nor a sample.
ROUNDING = 1e-6
#: Index at the front, for the web; and wait for the other stream however far behind its encoder is,
#: so that both lie interleaved.
MP4_OPTIONS = {'movflags': 'faststart', 'max_interleave_delta': '0'}
#: Above so many pixels, which is more than 1080p side by side, the encoder keeps few frames.
LARGE_PICTURE = 2 * 1920 * 1088
#: No look ahead, no B-frames, and threads that share one frame instead of having one each: a frame
#: of 4K side by side costs the encoder some 100 MB. The file grows by a few percent.
FEW_FRAMES_IN_FLIGHT = 'rc-lookahead=0:sync-lookahead=0:bframes=0:sliced-threads=1'


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
    alpha: float = 0.65,
    progress: Callable[[float, float], None] = lambda done, total: None,
) -> Path:
    """Write a stretch of a video as MP4 with its attention drawn on it, and its sound.

    Every frame from ``start`` to ``start + duration`` is kept, at its own time (variable frame
    rates stay variable) and size; sound and picture keep their time to each other to the sample.
    H.264 in its usual 4:2:0 form needs even sizes, so the last row or column of an odd one is
    repeated. Frames are turned upright as the file's rotation tag says. Sound of more than two
    channels is mixed down to stereo.

    Args:
        video_path (str | Path): The original.
        out_path (str | Path): The MP4 to write; it appears only when it is complete.
        attention (np.ndarray): (T', H', W'), not negative; :func:`attention_intensity` says how
            weights become colour.
        attention_times (np.ndarray): (T',), s on the clock of the original.
        start (float): Where to begin, s on the clock of the original.
        duration (float, optional): Length, s; to the end of the file by default.
        caption (str): One line drawn into the picture.
        box (tuple): The part of the picture that the maps cover, (x0, y0, x1, y1) as fractions of
            width and height of the upright picture, as in ``FixedCrop``.
        side_by_side (bool): Show the original to the left of the overlay.
        alpha (float): Share of colour at the highest attention.
        progress (Callable): Called after each frame with the seconds done and about those in all.

    Returns:
        Path: ``out_path``.

    Raises:
        UnreadableMediaError: If the file cannot be opened or decoded.
        NoVideoError: If it has no picture.
        NoAudioError: If it has no sound: there is nothing to look for the source of.
        TooShortError: If no frame, or no sound, lies in the stretch.
        ValueError: If the maps and their times, or the box, do not fit.
    """
    import av

    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise ValueError(f'box: expected fractions x0 < x1 and y0 < y1 in [0, 1], got {box}.')
    end = np.inf if duration is None else start + duration
    intensity = attention_intensity(attention)
    interpolate_in_time(intensity, attention_times, [start])  # complains before anything is written
    out_path = Path(out_path)
    out_path.parent.mkdir(parents=True, exist_ok=True)
    partial = out_path.with_name(f'.{out_path.name}.partial')
    try:
        with (
            SoundTrack(video_path, start, end) as track,
            av.open(str(partial), 'w', format='mp4', options=MP4_OPTIONS) as output,
        ):
            picture = sound = None
            for time, frame, source in _read_frames(video_path, start, end):
                heat = interpolate_in_time(intensity, attention_times, [time])[0]
                shown = _draw(frame, heat, box, alpha)
                if side_by_side:
                    shown = np.concatenate([frame, shown], axis=1)
                shown = _even(draw_caption(shown, caption))
                if picture is None:  # The size is known only now; a stream cannot be added later.
                    picture = _add_picture(output, shown, source)
                    sound = track.add_stream(output)
                _encode_frame(output, picture, shown, time - start)
                track.encode_until(output, sound, time - start)
                progress(time - start, attention_times[-1] - start)
            if picture is None:
                raise TooShortError(str(video_path), f'has no frame from {start:.3f} s on')
            output.mux(picture.encode(None))
            track.finish(output, sound)
        partial.replace(out_path)
    except av.FFmpegError as error:
        raise UnreadableMediaError(
            str(video_path), f'cannot be turned into an overlay video ({error})'
        ) from error
    finally:
        partial.unlink(missing_ok=True)  # what is left of it where anything went wrong
    return out_path


def _draw(frame: np.ndarray, heat: np.ndarray, box: tuple, alpha: float) -> np.ndarray:
    """Overlay the part of a frame that the map covers."""
    height, width = frame.shape[:2]
    left, right = round(box[0] * width), round(box[2] * width)
    top, bottom = round(box[1] * height), round(box[3] * height)
    drawn = frame.copy()
    part = frame[top:bottom, left:right]
    drawn[top:bottom, left:right] = overlay_heatmap(
        part, upsample_heatmap(heat, part.shape[:2]), alpha
    )
    return drawn


def _even(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    if not height % 2 and not width % 2:
        return frame
    return np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge')


def _read_frames(path: str | Path, start: float, end: float) -> Iterator[tuple]:
    """Yield time (s), upright RGB array and decoded frame of each frame in [start, end)."""
    import av

    with av.open(str(path), metadata_errors='ignore') as container:
        if not container.streams.video:
            raise NoVideoError(str(path), 'has no picture')
        stream = container.streams.video[0]
        stream.thread_type = 'AUTO'
        to_rgb = FrameConverter()
        seek_to(container, stream, start)
        for frame in container.decode(stream):
            if frame.pts is None or frame.time < start - ROUNDING:
                continue
            if frame.time >= end - ROUNDING:
                break
            yield frame.time, to_rgb(frame), frame


def _add_picture(output, first: np.ndarray, source):
    """Add an H.264 stream whose clock is fine enough for the original's time stamps."""
    options = {'crf': '18', 'preset': 'veryfast'}
    if first.shape[0] * first.shape[1] > LARGE_PICTURE:
        options['x264-params'] = FEW_FRAMES_IN_FLIGHT
    picture = output.add_stream('libx264', options=options)
    picture.height, picture.width = first.shape[:2]
    picture.pix_fmt = 'yuv420p'
    # An exact multiple of the original's tick where that is finer than the usual 90 kHz.
    picture.codec_context.time_base = min(source.time_base, Fraction(1, 90_000))
    return picture


def _encode_frame(output, picture, image: np.ndarray, time: float) -> None:
    import av

    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format='rgb24')
    frame.time_base = picture.codec_context.time_base
    frame.pts = round(time / frame.time_base)
    output.mux(picture.encode(frame))

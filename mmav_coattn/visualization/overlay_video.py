"""Videos with the attention drawn on the picture and the original sound in sync.

::

    file --frames with time stamps--> + heat map of that time --H.264--+
    file --samples with time stamps--> cut to [start, start + duration) --AAC--> MP4
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.datasets.media.seeking import seek_to
from mmav_coattn.datasets.media.video_reader import quarter_turns
from mmav_coattn.errors import NoAudioError, NoVideoError, TooShortError, UnreadableMediaError

from .caption import draw_caption
from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap, upsample_heatmap

#: An AAC decoder needs earlier packets before its output is right; 0.5 s is many packets.
AUDIO_PRE_ROLL = 0.5
#: Times are sums of floats; a microsecond is neither a frame nor a sample.
ROUNDING = 1e-6
#: Sampling rates of AAC, Hz; sound of any other rate is resampled to the last one.
AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
#: Index at the front, for the web; and wait for the sound, which is encoded after the picture, so
#: that both lie interleaved however long the video is.
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
    alpha: float = 0.65,
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
        samples, rate, layout = _read_audio(video_path, start, end)
        with av.open(str(partial), 'w', format='mp4', options=MP4_OPTIONS) as output:
            picture = sound = None
            for time, frame, source in _read_frames(video_path, start, end):
                heat = interpolate_in_time(intensity, attention_times, [time])[0]
                shown = _draw(frame, heat, box, alpha)
                if side_by_side:
                    shown = np.concatenate([frame, shown], axis=1)
                shown = _even(draw_caption(shown, caption))
                if picture is None:  # The size is known only now; a stream cannot be added later.
                    picture = _add_picture(output, shown, source)
                    sound = output.add_stream('aac', rate=rate, layout=layout)
                _encode_frame(output, picture, shown, time - start)
            if picture is None:
                raise TooShortError(str(video_path), f'has no frame from {start:.3f} s on')
            output.mux(picture.encode(None))
            _encode_sound(output, sound, samples, rate, layout)
    except av.FFmpegError as error:
        partial.unlink(missing_ok=True)
        raise UnreadableMediaError(
            str(video_path), f'cannot be turned into an overlay video ({error})'
        ) from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(out_path)
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
    return np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode='edge')


def _read_frames(path: str | Path, start: float, end: float) -> Iterator[tuple]:
    """Yield time (s), upright RGB array and decoded frame of each frame in [start, end)."""
    import av

    with av.open(str(path), metadata_errors='ignore') as container:
        if not container.streams.video:
            raise NoVideoError(str(path), 'has no picture')
        stream = container.streams.video[0]
        stream.thread_type = 'AUTO'
        seek_to(container, stream, start)
        for frame in container.decode(stream):
            if frame.pts is None or frame.time < start - ROUNDING:
                continue
            if frame.time >= end - ROUNDING:
                break
            image = np.rot90(frame.to_ndarray(format='rgb24'), quarter_turns(frame))
            yield frame.time, image, frame


def _read_audio(path: str | Path, start: float, end: float) -> tuple[np.ndarray, int, str]:
    """Samples (C, S) from ``start`` on, their rate (Hz) and channel layout.

    Where the stream has a hole, for instance because it starts late, a player is silent, and so
    are the samples: moving the later ones forward would break the sync.
    """
    import av

    with av.open(str(path), metadata_errors='ignore') as container:
        stream = container.streams.best('audio')
        if stream is None:
            raise NoAudioError(str(path), 'has no audio stream')
        rate = stream.rate if stream.rate in AAC_RATES else AAC_RATES[-1]
        layout = 'mono' if stream.channels == 1 else 'stereo'
        resampler = av.AudioResampler('fltp', layout, rate)
        seek_to(container, stream, start - AUDIO_PRE_ROLL)
        pieces: list[tuple[int, np.ndarray]] = []
        for frame in container.decode(stream):
            if frame.pts is None or not frame.samples:
                continue
            if frame.time >= end:
                break
            pieces += _place(resampler.resample(frame), start, rate)
        pieces += _place(resampler.resample(None), start, rate)

    last = max((first + piece.shape[1] for first, piece in pieces), default=0)
    count = min(last, round((end - start) * rate)) if np.isfinite(end) else last
    if count <= 0:
        raise TooShortError(str(path), f'has no sound from {start:.3f} s on')
    samples = np.zeros((1 if layout == 'mono' else 2, count), np.float32)
    for first, piece in pieces:
        low, high = max(first, 0), min(first + piece.shape[1], count)
        if low < high:
            samples[:, low:high] = piece[:, low - first : high - first]
    return samples, rate, layout


def _place(frames: list, start: float, rate: int) -> list[tuple[int, np.ndarray]]:
    """Index of each frame's first sample, counted from ``start``, and its samples (C, S)."""
    return [(round((frame.time - start) * rate), frame.to_ndarray()) for frame in frames]


def _add_picture(output, first: np.ndarray, source):
    """Add an H.264 stream whose clock is fine enough for the original's time stamps."""
    picture = output.add_stream('libx264', options={'crf': '18', 'preset': 'veryfast'})
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


def _encode_sound(output, sound, samples: np.ndarray, rate: int, layout: str) -> None:
    import av

    for first in range(0, samples.shape[1], 1024):
        piece = np.ascontiguousarray(samples[:, first : first + 1024])
        frame = av.AudioFrame.from_ndarray(piece, format='fltp', layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        output.mux(sound.encode(frame))
    output.mux(sound.encode(None))

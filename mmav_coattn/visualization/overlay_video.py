"""Videos with the attention drawn on the picture and the original sound in sync.

::

    file --frames with time stamps, as YUV--> + heat map of that time --H.264--+
    file --samples with time stamps--> cut to [start, start + duration) --AAC--> MP4

A thread decodes a few frames ahead of the one that is drawn; the encoder has threads of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.errors import NoVideoError, TooShortError, UnreadableMediaError
from mmav_coattn.io import whole_file
from mmav_coattn.media.read_ahead import ReadAhead
from mmav_coattn.media.seeking import seek_to

from .heatmap import attention_intensity, interpolate_in_time
from .plane_drawing import CaptionPainter, HeatmapPainter
from .sound_track import SoundTrack
from .yuv_frame import UNSPECIFIED, YuvConverter, colorspace_of, new_frame, planes_of

#: Decoded frames that wait to be drawn: of 4K each takes 12 MB.
FRAMES_AHEAD = 3
#: Times are sums of floats; a microsecond is neither a frame nor a sample.
ROUNDING = 1e-6
#: Index at the front, for the web; and wait for the other stream however far behind its encoder is,
#: so that both lie interleaved.
MP4_OPTIONS = {'movflags': 'faststart', 'max_interleave_delta': '0'}
#: x264's preset and constant rate factor (lower is better; 18 to 28 is usual). On frames of 720p of
#: SoundingShapes, `ultrafast` at 20 took a quarter of the time of `veryfast` at 18, for a peak
#: signal-to-noise ratio of 50.0 instead of 50.7 dB and a file 1.8 times as large.
ENCODER_OPTIONS = {'preset': 'ultrafast', 'crf': '20'}
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
    try:
        with (
            whole_file(out_path) as partial,
            SoundTrack(video_path, start, end) as track,
            av.open(str(partial), 'w', format='mp4', options=MP4_OPTIONS) as output,
            ReadAhead(_read_frames(video_path, start, end), FRAMES_AHEAD) as frames,
        ):
            artist = picture = sound = None
            for frame in frames:
                time = frame.time
                if artist is None:
                    artist = OverlayArtist(frame, box, alpha, caption, side_by_side)
                heat = interpolate_in_time(intensity, attention_times, [time])[0]
                shown = artist.draw(frame, heat)
                if picture is None:  # The size is known only now; a stream cannot be added later.
                    picture = _add_picture(output, shown, frame)
                    sound = track.add_stream(output)
                shown.time_base = picture.codec_context.time_base
                shown.pts = round((time - start) / shown.time_base)
                output.mux(picture.encode(shown))
                track.encode_until(output, sound, time - start)
                progress(time - start, attention_times[-1] - start)
            if picture is None:
                raise TooShortError(str(video_path), f'has no frame from {start:.3f} s on')
            output.mux(picture.encode(None))
            track.finish(output, sound)
    except av.FFmpegError as error:
        raise UnreadableMediaError(
            str(video_path), f'cannot be turned into an overlay video ({error})'
        ) from error
    return out_path


class OverlayArtist:
    """Makes the frames of an overlay video out of those of the original.

    Args:
        first: The first :class:`av.VideoFrame`.
        box, alpha, caption, side_by_side: See :func:`write_overlay_video`.
    """

    def __init__(
        self, first, box: tuple, alpha: float, caption: str, side_by_side: bool = False
    ) -> None:
        self.side_by_side = side_by_side
        self.to_yuv = YuvConverter(first)
        self.heatmap = HeatmapPainter(box, alpha, colorspace_of(first))
        height, width = self.to_yuv(first)[0].shape
        self.size = (height, 2 * width if side_by_side else width)
        self.caption = CaptionPainter(caption, self.size)

    def draw(self, frame, heat: np.ndarray):
        """Draw a map (H', W') of intensities on a decoded frame; returns a new frame, ``yuv420p``.

        The decoder still needs its own frame, to predict others from it.
        """
        drawn = new_frame(self.size[1], self.size[0])
        canvas, originals = planes_of(drawn), self.to_yuv(frame)
        overlay = []
        for plane, original in zip(canvas, originals, strict=True):
            width = original.shape[1]
            plane[:, :width] = original
            if self.side_by_side:
                plane[:, width:] = original
            overlay.append(plane[:, -width:])
        self.heatmap.draw(overlay, heat)
        self.caption.draw(canvas)
        return drawn


def _read_frames(path: str | Path, start: float, end: float) -> Iterator:
    """Decode the frames in [start, end), as :class:`av.VideoFrame`."""
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
            yield frame


def _add_picture(output, first, source):
    """Add an H.264 stream for frames like ``first``, drawn on the decoded frame ``source``."""
    options = dict(ENCODER_OPTIONS)
    if first.width * first.height > LARGE_PICTURE:
        options['x264-params'] = FEW_FRAMES_IN_FLIGHT
    picture = output.add_stream('libx264', options=options)
    picture.width, picture.height = first.width, first.height
    picture.pix_fmt = 'yuv420p'
    # The planes are those of the original, so the same colour space turns them into RGB again.
    colorspace = colorspace_of(source)
    if colorspace != UNSPECIFIED:
        picture.codec_context.colorspace = colorspace
    # Fine enough for the original's time stamps: an exact multiple of its tick where that is finer
    # than the usual 90 kHz.
    picture.codec_context.time_base = min(source.time_base, Fraction(1, 90_000))
    return picture

"""Re-encode one video small and quick to seek in, on the same clock, and check it before use."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.errors import ConfigError, MediaError, UnreadableMediaError
from mmav_coattn.io import whole_file
from mmav_coattn.media import MediaFile
from mmav_coattn.media.audio_reader import read_window
from mmav_coattn.media.damage import refused

from .probe import find_cut

#: Ticks per second of the video's time stamps: 24, 25, 30 and 30000/1001 frames/s divide it.
CLOCK = 90_000
#: Frames from keyframe to keyframe.
GOP = 16
#: How far the start and the end of a stream may move, seconds: an encoder's frame and its padding.
SPAN_TOLERANCE = 0.1
#: Headers count an encoder's padding; a file that lacks more seconds than this was cut off.
CUT_TOLERANCE = 0.25
#: Seconds of audio decoded at a time.
_CHUNK_SECONDS = 10.0
#: Rates in Hz that AAC knows.
_AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


@dataclass(frozen=True)
class Encoding:
    """How to encode; ``ConfigError`` if a value is out of range."""

    short_side: int = 256  #: px to scale the shorter side down to, never up
    crf: int = 23  #: constant rate factor of x264: higher is smaller and worse

    def __post_init__(self) -> None:
        if self.short_side < 1:
            raise ConfigError(f'short_side={self.short_side} must be 1 or more.')
        if not 0 <= self.crf <= 51:
            raise ConfigError(f'crf={self.crf} must be from 0 to 51.')


def transcode(source: Path, target: Path, encoding: Encoding) -> dict:
    """Write an MP4 of H.264 and AAC whose video and audio are where they were in time.

    The file is written beside the target under a hidden name, opened and compared with the source,
    and only then takes the target's name: at no time is there half a file under that name, and a
    file that was there is replaced by a checked one or not at all. Where both streams start late,
    both are moved so that the earlier one starts at 0. Holes in the audio become silence.

    Returns ``bytes_before``, ``bytes_after``, ``frames`` and ``hole`` (s filled with silence).

    Raises:
        MediaError: If the source lacks video or audio, cannot be read to the end, or what was
            written is not what it should be.
    """
    with whole_file(target, unique=True) as part:
        with MediaFile(source) as media:
            spans = media.video_span, media.audio_span
            cut = find_cut(media, max(end for _, end in spans), CUT_TOLERANCE)
            if cut:
                raise UnreadableMediaError(media.path, cut)
            result = _encode(media, part, encoding)
        _check(part, source, spans, result)
        result.update(bytes_before=source.stat().st_size, bytes_after=part.stat().st_size)
    return result


def is_prepared(source: Path, target: Path) -> bool:
    """Whether a target is there, readable, and as long as its source, which must be readable."""
    if not target.is_file():
        return False
    with MediaFile(source) as media:
        spans = media.video_span, media.audio_span
    try:
        _check(target, source, spans)
    except MediaError:
        return False
    return True


def _encode(media: MediaFile, part: Path, encoding: Encoding) -> dict:
    import av

    origin = min(media.video_span[0], media.audio_span[0])
    # The index in front, so that a file on a network is read from its beginning; and late starts
    # written to the video's tick instead of to the millisecond.
    options = {'movflags': 'faststart', 'movie_timescale': str(CLOCK)}
    with refused(media.path, 'cannot be re-encoded'):
        with av.open(str(part), 'w', options=options) as container:
            # A rate for the header; the frames keep their own time stamps.
            video = container.add_stream('libx264', rate=media.frame_rate or Fraction(25))
            audio = _add_aac(container, media)
            frames = _encode_video(media, container, video, encoding, origin)
            hole = _encode_audio(media, container, audio, origin)
    return dict(frames=frames, hole=hole)


def _encode_video(media, container, video, encoding: Encoding, origin: float) -> int:
    video.pix_fmt = 'yuv420p'
    video.codec_context.gop_size = GOP
    video.codec_context.time_base = Fraction(1, CLOCK)
    # Without frames that lean on later ones, a jump to a keyframe decodes nothing twice.
    video.options = dict(preset='veryfast', crf=str(encoding.crf), bf='0', sc_threshold='0')
    video.codec_context.thread_count = 1
    count, last, size = 0, -1, None
    for frame in media.iter_frames():
        if size is None:
            scale = min(1.0, encoding.short_side / min(frame.width, frame.height))
            # Even, as yuv420p needs.
            size = [max(2, 2 * round(side * scale / 2)) for side in (frame.width, frame.height)]
            video.width, video.height = size
        pts = round((frame.time - origin) * CLOCK)
        if pts <= last:
            continue  # Two frames on one instant: the reader would show the first one never.
        shown = frame.reformat(*size, format='yuv420p', interpolation='AREA')
        shown.pts, shown.time_base, shown.pict_type = pts, Fraction(1, CLOCK), 0
        container.mux(video.encode(shown))
        count, last = count + 1, pts
    container.mux(video.encode(None))
    return count


def _add_aac(container, media: MediaFile):
    _, stream = media.sound_stream()
    rate = min(_AAC_RATES, key=lambda known: (known < stream.rate, abs(known - stream.rate)))
    layout = 'mono' if stream.codec_context.layout.nb_channels == 1 else 'stereo'
    audio = container.add_stream('aac', rate=rate, layout=layout)
    audio.bit_rate = 96_000
    return audio


def _encode_audio(media, container, audio, origin: float) -> float:
    """Encode the audio on one unbroken clock; returns the seconds that had to be filled."""
    import av

    begin, end = media.audio_span
    rate, layout = audio.rate, audio.codec_context.layout
    source, stream = media.sound_stream()
    pts, missing = round((begin - origin) * rate), 0
    for first in np.arange(begin, end, _CHUNK_SECONDS):
        seconds = min(_CHUNK_SECONDS, end - first)
        block, filled = read_window(source, stream, first, seconds, rate, layout.nb_channels)
        frame = av.AudioFrame.from_ndarray(block, 'fltp', layout.name)
        frame.sample_rate, frame.pts, frame.time_base = rate, pts, Fraction(1, rate)
        container.mux(audio.encode(frame))
        pts += len(filled)
        missing += np.count_nonzero(~filled)
    container.mux(audio.encode(None))
    return float(missing) / rate


def _check(path: Path, source: Path, spans: tuple, result: dict | None = None) -> None:
    """Compare a written file with the spans of its source, and with what was encoded."""
    origin = min(span[0] for span in spans)
    with MediaFile(path) as media:
        found = np.array([media.video_span, media.audio_span]).round(3)
        expected = (np.array(spans) - origin).round(3)
        if np.abs(found - expected).max() > SPAN_TOLERANCE:
            raise UnreadableMediaError(
                source,
                f'video and audio of its re-encoded file {path} lie at {found.tolist()} s instead '
                f'of {expected.tolist()} s',
            )
        count = result and sum(1 for _ in media.iter_frames())
        if result and count != result['frames']:
            raise UnreadableMediaError(
                source, f'{result["frames"]} frames were encoded, but {count} can be read back'
            )

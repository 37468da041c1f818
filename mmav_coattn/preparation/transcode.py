"""Re-encode one video small and quick to seek in, on the same clock, and check it before use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.errors import ConfigError, UnreadableMediaError
from mmav_coattn.io import whole_file
from mmav_coattn.media import MediaFile
from mmav_coattn.media.audio_reader import decode_segments

#: Audio codecs that MP4 carries and this package reads; ``audio='keep'`` copies their packets.
KEPT_CODECS = ('aac', 'mp3', 'ac3', 'opus', 'alac')
#: Ticks per second of the video's time stamps: 24, 25, 30 and 30000/1001 frames/s divide it.
CLOCK = 90_000
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
    """How to encode.

    Attributes:
        short_side: Pixels to scale the shorter side down to; smaller frames stay as they are.
        gop: Frames from keyframe to keyframe.
        crf: Constant rate factor of x264: higher is smaller and worse.
        preset: Of x264.
        audio: ``'aac'`` encodes the audio; ``'keep'`` copies its packets where MP4 can carry them.
        audio_bit_rate: Bits per second of AAC.
        box: ``(x0, y0, x1, y1)`` to cut out, fractions of width and height, or None.

    Raises:
        ConfigError: If a value is out of range.
    """

    short_side: int = 256
    gop: int = 16
    crf: int = 23
    preset: str = 'veryfast'
    audio: str = 'aac'
    audio_bit_rate: int = 96_000
    box: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        for name in ('short_side', 'gop'):
            if getattr(self, name) < 1:
                raise ConfigError(f'{name}={getattr(self, name)} must be 1 or more.')
        if not 0 <= self.crf <= 51:
            raise ConfigError(f'crf={self.crf} must be from 0 to 51.')
        if self.audio not in ('aac', 'keep'):
            raise ConfigError(f"audio={self.audio!r} must be 'aac' or 'keep'.")
        if self.box is not None:
            x0, y0, x1, y1 = self.box
            if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
                raise ConfigError(
                    f'box={self.box} must be x0, y0, x1, y1, fractions of width and height with '
                    f'x0 < x1 and y0 < y1.'
                )


def transcode(source: Path, target: Path, encoding: Encoding) -> dict:
    """Write an MP4 of H.264 and AAC whose video and audio are where they were in time.

    The file is written beside the target under a hidden name, opened and compared with the source,
    and only then takes the target's name: at no time is there half a file under that name, and a
    file that was there is replaced by a checked one or not at all. Where both streams start late,
    both are moved so that the earlier one starts at 0. Holes in the audio become silence.

    Args:
        source (Path): Any file that PyAV reads, with video and audio.
        target (Path): Ends with ``.mp4``; its folder is made.
        encoding (Encoding): How.

    Returns:
        dict: ``bytes_before``, ``bytes_after``, ``frames``, ``hole`` (seconds of audio that were
        filled with silence), ``audio`` (``'aac'`` or ``'keep'``, as done).

    Raises:
        MediaError: If the source lacks video or audio, cannot be read to the end, or what was
            written is not what it should be.
    """
    with whole_file(target, unique=True) as part:
        with MediaFile(source) as media:
            spans = media.video_span, media.audio_span
            _refuse_cut_off(media, max(end for _, end in spans))
            result = _encode(media, part, encoding)
        _check(part, source, spans, result)
        result.update(bytes_before=source.stat().st_size, bytes_after=part.stat().st_size)
    return result


def _refuse_cut_off(media: MediaFile, end: float) -> None:
    promised = media.header_end
    if promised is not None and promised - end > CUT_TOLERANCE:
        raise UnreadableMediaError(
            media.path,
            f'ends at {end:.1f} s, but its header promises {promised:.1f} s: it is cut off',
        )


def is_prepared(source: Path, target: Path) -> bool:
    """Whether a target is there, readable, and as long as its source.

    Raises:
        MediaError: If the source cannot be read.
    """
    if not target.is_file():
        return False
    with MediaFile(source) as media:
        spans = media.video_span, media.audio_span
    try:
        _check(target, source, spans)
    except UnreadableMediaError:
        return False
    return True


def _encode(media: MediaFile, part: Path, encoding: Encoding) -> dict:
    import av

    origin = min(media.video_span[0], media.audio_span[0])
    keep = encoding.audio == 'keep' and media.codec_name('audio') in KEPT_CODECS
    try:
        # The index in front, so that a file on a network is read from its beginning; and late
        # starts written to the video's tick instead of to the millisecond.
        options = {'movflags': 'faststart', 'movie_timescale': str(CLOCK)}
        with av.open(str(part), 'w', options=options) as container:
            picture = container.add_stream('libx264', rate=_rate(media))
            sound = _copied_stream(container, media) if keep else _aac(container, media, encoding)
            frames = _encode_picture(media, container, picture, encoding, origin)
            if keep:
                hole = 0.0
                _copy_sound(media, container, sound, origin)
            else:
                hole = _encode_sound(media, container, sound, origin)
    except av.FFmpegError as error:
        raise UnreadableMediaError(media.path, f'cannot be re-encoded ({error})') from error
    return dict(frames=frames, hole=hole, audio='keep' if keep else 'aac')


def _rate(media: MediaFile) -> Fraction:
    """A frame rate for the header; the frames keep their own time stamps."""
    return media.frame_rate or Fraction(25)


def _encode_picture(media, container, picture, encoding: Encoding, origin: float) -> int:
    picture.pix_fmt = 'yuv420p'
    picture.codec_context.gop_size = encoding.gop
    picture.codec_context.time_base = Fraction(1, CLOCK)
    # Without frames that lean on later ones, a jump to a keyframe decodes nothing twice.
    picture.options = {
        'preset': encoding.preset,
        'crf': str(encoding.crf),
        'bf': '0',
        'sc_threshold': '0',
    }
    picture.codec_context.thread_count = 1
    count, last = 0, -1
    size = None
    for frame in media.iter_frames():
        if size is None:
            size = _target_size(frame.width, frame.height, encoding)
            picture.width, picture.height = size
        pts = round((frame.time - origin) * CLOCK)
        if pts <= last:
            continue  # Two frames on one instant: the reader would show the first one never.
        shown = _cropped(frame, encoding.box, size)
        shown.pts, shown.time_base, shown.pict_type = pts, Fraction(1, CLOCK), 0
        container.mux(picture.encode(shown))
        count, last = count + 1, pts
    container.mux(picture.encode(None))
    return count


def _target_size(width: int, height: int, encoding: Encoding) -> tuple[int, int]:
    """Width and height after crop and scaling; even, as yuv420p needs."""
    if encoding.box is not None:
        x0, y0, x1, y1 = encoding.box
        width, height = width * (x1 - x0), height * (y1 - y0)
    scale = min(1.0, encoding.short_side / min(width, height))
    return tuple(max(2, 2 * round(side * scale / 2)) for side in (width, height))


def _cropped(frame, box, size: tuple[int, int]):
    import av

    if box is not None:
        x0, y0, x1, y1 = box
        image = frame.to_ndarray(format='rgb24')
        height, width = image.shape[:2]
        image = image[
            round(y0 * height) : max(round(y1 * height), round(y0 * height) + 2),
            round(x0 * width) : max(round(x1 * width), round(x0 * width) + 2),
        ]
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format='rgb24')
    return frame.reformat(width=size[0], height=size[1], format='yuv420p', interpolation='AREA')


def _aac(container, media: MediaFile, encoding: Encoding):
    _, stream = media.sound_stream()
    rate = min(_AAC_RATES, key=lambda known: (known < stream.rate, abs(known - stream.rate)))
    layout = 'mono' if stream.codec_context.layout.nb_channels == 1 else 'stereo'
    sound = container.add_stream('aac', rate=rate, layout=layout)
    sound.bit_rate = encoding.audio_bit_rate
    return sound


def _encode_sound(media, container, sound, origin: float) -> float:
    """Encode the audio on one unbroken clock; returns the seconds that had to be filled."""
    import av
    import soxr

    begin, end = media.audio_span
    rate = sound.rate
    channels = sound.codec_context.layout.nb_channels
    layout = sound.codec_context.layout.name
    first_sample = round((begin - origin) * rate)
    total = round((end - begin) * rate)
    hole = 0.0
    written = 0
    source, stream = media.sound_stream()
    pending = np.zeros((channels, 0), np.float32)
    for chunk in range(math.ceil((end - begin) / _CHUNK_SECONDS)):
        low = begin + chunk * _CHUNK_SECONDS
        high = min(low + _CHUNK_SECONDS, end)
        size = min(round((high - begin) * rate), total) - round((low - begin) * rate)
        block = np.zeros((channels, size), np.float32)
        filled = np.zeros(size, bool)
        # Both sides wider than the chunk, so that no resampling filter meets an edge inside it.
        for segment in decode_segments(source, stream, low - 0.1, high + 0.1):
            wave = _mixed(segment.planes(), channels)
            if segment.sample_rate != rate:
                wave = soxr.resample(wave.T, segment.sample_rate, rate).T
            offset = round((segment.start - low) * rate)
            left, right = max(offset, 0), min(offset + wave.shape[1], size)
            if left < right:
                block[:, left:right] = wave[:, left - offset : right - offset]
                filled[left:right] = True
        hole += float(np.count_nonzero(~filled)) / rate
        pending = np.concatenate([pending, block], axis=1)
        whole = pending.shape[1] if high == end else pending.shape[1] // 1024 * 1024
        for start in range(0, whole, 1024):
            piece = np.ascontiguousarray(pending[:, start : min(start + 1024, whole)])
            frame = av.AudioFrame.from_ndarray(piece, 'fltp', layout)
            frame.sample_rate = rate
            frame.pts, frame.time_base = first_sample + written, Fraction(1, rate)
            container.mux(sound.encode(frame))
            written += piece.shape[1]
        pending = pending[:, whole:]
    container.mux(sound.encode(None))
    return hole


def _mixed(planes: np.ndarray, channels: int) -> np.ndarray:
    """Waveforms ``(C, S)`` as mono or stereo; more channels are averaged into both."""
    if len(planes) == channels:
        return planes
    return np.repeat(planes.mean(axis=0, keepdims=True), channels, axis=0)


def _copied_stream(container, media: MediaFile):
    _, stream = media.sound_stream()
    return container.add_stream_from_template(stream)


def _copy_sound(media, container, sound, origin: float) -> None:
    source, stream = media.sound_stream()
    media.rewind(stream)
    shift = round(origin / stream.time_base)
    for packet in source.demux(stream):
        if packet.dts is None:
            continue
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        packet.stream = sound
        container.mux(packet)


def _check(path: Path, source: Path, spans: tuple, result: dict | None = None) -> None:
    """Compare a written file with the spans of its source, and with what was encoded."""
    origin = min(span[0] for span in spans)
    with MediaFile(path) as media:
        kinds = dict(picture=media.has_video, sound=media.has_audio)
        lacking = [kind for kind, there in kinds.items() if not there]
        if lacking:
            raise UnreadableMediaError(source, f'its re-encoded file {path} has no {lacking[0]}')
        for kind, span, old in zip(kinds, (media.video_span, media.audio_span), spans, strict=True):
            for what, now, before in zip(('starts', 'ends'), span, old, strict=True):
                if abs(now - (before - origin)) > SPAN_TOLERANCE:
                    raise UnreadableMediaError(
                        source,
                        f'the {kind} of its re-encoded file {path} {what} at {now:.3f} s instead '
                        f'of {before - origin:.3f} s',
                    )
        if result is None:
            return
        count = sum(1 for _ in media.iter_frames())
        if count != result['frames']:
            raise UnreadableMediaError(
                source, f'{result["frames"]} frames were encoded, but {count} can be read back'
            )

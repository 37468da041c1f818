"""Waveforms by time: seek, decode only what a window needs, place every sample by its stamp."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from mmav_coattn.errors import UnreadableMediaError

from .damage import refused
from .seeking import alone, seek_to

if TYPE_CHECKING:
    import av

#: Seconds decoded before a window and thrown away. Opus asks for 80 ms to converge, AAC and AC-3
#: for one frame, MP3 for the frames that hold its bit reservoir (at most 10 of 26 ms).
PRE_ROLL = 0.3
#: Seconds kept on each side of a window, so that the resampler's filter never meets an edge in it.
MARGIN = 0.03
#: Containers round time stamps (Matroska and FLV to 1 ms). A step within this is rounding; a larger
#: one is a real hole or overlap, in seconds.
STAMP_TOLERANCE = 0.004
#: Longest hole that is left empty: a single lost packet's edge, not audible as silence, in seconds.
HOLE_TOLERANCE = 0.01


@dataclass
class Segment:
    """Decoded audio without a hole."""

    sample_rate: int  #: Hz
    channels: int
    to_float: av.AudioResampler  #: from the codec's own type of samples
    blocks: list[np.ndarray] = field(default_factory=list)  #: (C, S) float32, full scale 1
    stamps: list[float] = field(default_factory=list)
    length: int = 0
    end: float = 0.0

    def continues_with(self, time: float, frame) -> bool:
        """Whether a decoded frame that begins at ``time`` follows without a hole."""
        return (
            abs(time - self.end) <= STAMP_TOLERANCE
            and frame.sample_rate == self.sample_rate
            and frame.layout.nb_channels == self.channels
        )

    def append(self, time: float, frame) -> None:
        self.blocks += [converted.to_ndarray() for converted in self.to_float.resample(frame)]
        # Each stamp is a measurement of when the segment began.
        self.stamps.append(time - self.length / self.sample_rate)
        self.length += frame.samples
        self.end = time + frame.samples / self.sample_rate

    @property
    def start(self) -> float:
        # The median is exact where stamps are, and averages the rounding out where they are not.
        return float(np.median(self.stamps))

    def mix(self, channels: int | None = None) -> np.ndarray:
        """The mean of the channels ``(S,)``, or ``(channels, S)``: the mean in each if others."""
        planes = np.concatenate(self.blocks, axis=1)
        if len(planes) == channels:
            return planes
        mean = planes.mean(axis=0)
        return mean if channels is None else np.tile(mean, (channels, 1))


def read_waveform(
    container, stream, start: float, duration: float, sample_rate: int, *, path: str
) -> np.ndarray:
    """Decode a window of an audio stream; see :meth:`MediaFile.read_audio`.

    Sample ``j`` lies within half a sample of ``start + j / sample_rate``.

    Raises:
        UnreadableMediaError: If decoding fails, or the window has a hole longer than 10 ms.
    """
    with refused(path, 'its audio cannot be decoded'):
        window, covered = read_window(container, stream, start, duration, sample_rate)
    missing = np.flatnonzero(~covered)
    if len(missing) > HOLE_TOLERANCE * sample_rate:
        seconds, first = len(missing) / sample_rate, start + missing[0] / sample_rate
        raise UnreadableMediaError(path, f'its audio lacks {seconds:.3f} s from {first:.3f} s on')
    return window


def read_window(
    container, stream, start: float, duration: float, sample_rate: int, channels: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Decode a window of an audio stream; its holes are silence.

    Returns ``(S,)`` float32, the mean of the channels, or with ``channels`` ``(channels, S)``; and
    ``(S,)`` bool, which samples are there.
    """
    count = round(duration * sample_rate)
    window = np.zeros(count if channels is None else (channels, count), np.float32)
    covered = np.zeros(count, bool)
    with alone(container, stream):
        segments = decode_segments(container, stream, start - MARGIN, start + duration + MARGIN)
    for segment in segments:
        first, wave = _resample(segment, sample_rate, channels)
        offset = round((first - start) * sample_rate)
        low, high = max(offset, 0), min(offset + wave.shape[-1], count)
        if low < high:
            window[..., low:high] = wave[..., low - offset : high - offset]
            covered[low:high] = True
    return window, covered


def decode_segments(container, stream, begin: float, end: float) -> list[Segment]:
    """The audio from ``begin`` to ``end``, as segments without holes at the stream's own rate."""
    import av

    seek_to(container, stream, begin - PRE_ROLL)
    segments: list[Segment] = []
    for frame in _decodable_frames(container, stream):
        time = frame.time
        if time + frame.samples / frame.sample_rate <= begin:
            continue
        if time >= end:
            break
        if not segments or not segments[-1].continues_with(time, frame):
            to_float = av.AudioResampler('fltp')
            segments.append(Segment(frame.sample_rate, frame.layout.nb_channels, to_float))
        segments[-1].append(time, frame)
    return segments


def find_audio(container, stream, begin: float) -> float | None:
    """Time of the first frame of audio at or after ``begin`` (s); None if there is none."""
    seek_to(container, stream, begin - PRE_ROLL)
    frames = _decodable_frames(container, stream)
    return next((float(frame.time) for frame in frames if frame.time >= begin), None)


def _decodable_frames(container, stream):
    """Frames of audio with a time stamp, from the first one on that can be decoded.

    A jump in an MPEG program stream lands in the midst of a packet, which belongs to the pre-roll,
    and a file that was cut off ends in a part of a packet, which the container marks. What else
    cannot be decoded is damage, and an error.
    """
    import av

    landed = False
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            if landed and not packet.is_corrupt:
                raise
            continue
        landed = landed or bool(frames)
        yield from (frame for frame in frames if frame.pts is not None and frame.samples)


def _resample(segment: Segment, sample_rate: int, channels: int | None):
    """Time of the first sample and the waveform of a segment at another rate."""
    start, wave, source_rate = segment.start, segment.mix(channels), segment.sample_rate
    if source_rate == sample_rate:
        return start, wave
    import soxr  # librosa's own resampler, without the seconds that importing librosa takes

    # Both rates' samples coincide every `period` source samples. Resampling from such a point of
    # the clock makes a window the same samples whatever else is decoded with it.
    period = source_rate // gcd(source_rate, sample_rate)
    lead = round(start * source_rate) % period
    wave = np.pad(wave, [(0, 0)] * (wave.ndim - 1) + [(lead, 0)])
    wave = soxr.resample(wave.T, source_rate, sample_rate).T
    skip = -(-lead * sample_rate // source_rate)
    return start - lead / source_rate + skip / sample_rate, wave[..., skip:]

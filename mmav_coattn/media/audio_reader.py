"""Waveforms by time: seek, decode only what a window needs, place every sample by its stamp."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

import numpy as np

from mmav_coattn.errors import UnreadableMediaError

from .damage import refused
from .seeking import alone, seek_to

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

#: Types of one sample by FFmpeg's names of the formats.
_SAMPLE_TYPES = {'u8': 'u1', 's16': 'i2', 's32': 'i4', 's64': 'i8', 'flt': 'f4', 'dbl': 'f8'}
_FULL_SCALE = {'u1': 2**7, 'i2': 2**15, 'i4': 2**31, 'i8': 2**63}


@dataclass
class Segment:
    """Decoded audio without a hole, in one sample format."""

    sample_rate: int
    channels: int
    is_planar: bool
    #: Of each decoded frame its planes: one a channel, or one in which the channels take turns.
    blocks: list[list[np.ndarray]] = field(default_factory=list)
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
        self.blocks.append(_planes(frame))
        # Each stamp is a measurement of when the segment began.
        self.stamps.append(time - self.length / self.sample_rate)
        self.length += frame.samples
        self.end = time + frame.samples / self.sample_rate

    @property
    def start(self) -> float:
        # The median is exact where stamps are, and averages the rounding out where they are not.
        return float(np.median(self.stamps))

    def planes(self) -> np.ndarray:
        """``(channels, S)`` float32 with full scale 1."""
        return self._to_full_scale(self._samples())

    def mono(self) -> np.ndarray:
        """Mean over channels, ``(S,)`` float32 with full scale 1."""
        samples = self._samples()
        kind = samples.dtype.str[1:]
        wave = samples.mean(axis=0, dtype=np.float64 if kind in ('i4', 'i8') else np.float32)
        return self._to_full_scale(wave, kind)

    def _samples(self) -> np.ndarray:
        """``(channels, S)`` as decoded."""
        planes = [np.concatenate(blocks) for blocks in zip(*self.blocks, strict=True)]
        return np.stack(planes) if self.is_planar else planes[0].reshape(-1, self.channels).T

    @staticmethod
    def _to_full_scale(wave: np.ndarray, kind: str | None = None) -> np.ndarray:
        kind = kind or wave.dtype.str[1:]
        if kind == 'u1':
            wave = wave.astype(np.float32) - 128
        return (wave / _FULL_SCALE.get(kind, 1)).astype(np.float32, copy=False)


def _planes(frame) -> list[np.ndarray]:
    """The planes of a decoded frame, seen in place.

    PyAV's ``frame.to_ndarray`` stacks them in a copy, once for each frame of some 20 ms.
    """
    kind = _SAMPLE_TYPES[frame.format.packed.name]
    count = frame.samples * (1 if frame.format.is_planar else frame.layout.nb_channels)
    return [np.frombuffer(plane, kind, count) for plane in frame.planes]


def read_waveform(
    container, stream, start: float, duration: float, sample_rate: int, *, path: str
) -> np.ndarray:
    """Decode a window of an audio stream as a mono waveform.

    Args:
        container (av.container.InputContainer): The open file.
        stream (av.audio.stream.AudioStream): Its audio stream.
        start (float): First second of the window.
        duration (float): Its length in seconds.
        sample_rate (int): Wanted rate in Hz.
        path (str): The file's name, for messages.

    Returns:
        np.ndarray: ``(round(duration * sample_rate),)`` float32. Sample ``j`` lies within half a
        sample of ``start + j / sample_rate``.

    Raises:
        UnreadableMediaError: If decoding fails, or the window has a hole longer than 10 ms.
    """
    with refused(path, 'its audio cannot be decoded'), alone(container, stream):
        segments = decode_segments(container, stream, start - MARGIN, start + duration + MARGIN)
    pieces = [_resample(segment, sample_rate) for segment in segments]
    return _cut(pieces, start, round(duration * sample_rate), sample_rate, path)


def decode_segments(container, stream, begin: float, end: float) -> list[Segment]:
    """The audio from ``begin`` to ``end``, as segments without holes at the stream's own rate."""
    seek_to(container, stream, begin - PRE_ROLL)
    segments: list[Segment] = []
    for frame in _decodable_frames(container, stream):
        if frame.pts is None or not frame.samples:
            continue
        time = frame.time
        if time + frame.samples / frame.sample_rate <= begin:
            continue
        if time >= end:
            break
        if not segments or not segments[-1].continues_with(time, frame):
            segments.append(
                Segment(frame.sample_rate, frame.layout.nb_channels, frame.format.is_planar)
            )
        segments[-1].append(time, frame)
    return segments


def find_audio(container, stream, begin: float) -> float | None:
    """Time of the first frame of audio at or after ``begin`` (s); None if there is none."""
    seek_to(container, stream, begin - PRE_ROLL)
    for frame in _decodable_frames(container, stream):
        if frame.pts is not None and frame.samples and frame.time >= begin:
            return float(frame.time)
    return None


def _decodable_frames(container, stream):
    """Frames of audio, from the first one on that can be decoded.

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
        yield from frames


def _resample(segment: Segment, sample_rate: int) -> tuple[float, np.ndarray]:
    """Time of the first sample and the mono waveform of a segment at another rate."""
    start, wave, source_rate = segment.start, segment.mono(), segment.sample_rate
    if source_rate == sample_rate:
        return start, wave
    import soxr  # librosa's own resampler, without the seconds that importing librosa takes

    # Both rates' samples coincide every `period` source samples. Resampling from such a point of
    # the clock makes a window the same samples whatever else is decoded with it.
    period = source_rate // gcd(source_rate, sample_rate)
    lead = round(start * source_rate) % period
    wave = soxr.resample(np.pad(wave, (lead, 0)), source_rate, sample_rate)
    skip = -(-lead * sample_rate // source_rate)
    return start - lead / source_rate + skip / sample_rate, wave[skip:]


def _cut(pieces: list, start: float, count: int, sample_rate: int, path: str) -> np.ndarray:
    """Lay the pieces on the window's grid of samples."""
    window = np.zeros(count, np.float32)
    covered = np.zeros(count, bool)
    for piece_start, wave in pieces:
        offset = round((piece_start - start) * sample_rate)
        low, high = max(offset, 0), min(offset + len(wave), count)
        if low < high:
            window[low:high] = wave[low - offset : high - offset]
            covered[low:high] = True
    missing = np.flatnonzero(~covered)
    if len(missing) > HOLE_TOLERANCE * sample_rate:
        raise UnreadableMediaError(
            path,
            f'its sound lacks {len(missing) / sample_rate:.3f} s from '
            f'{start + missing[0] / sample_rate:.3f} s on',
        )
    return window

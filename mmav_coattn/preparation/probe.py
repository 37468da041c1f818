"""What one file holds, measured by decoding it."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from mmav_coattn.datasets.transforms.audio import level_dbfs
from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media import MediaFile
from mmav_coattn.media.audio_reader import decode_segments, find_audio
from mmav_coattn.media.damage import refused

#: Length of the segments whose level is measured, seconds.
LEVEL_SECONDS = 0.5
#: Seconds of audio decoded at a time, which bounds the memory for long files.
CHUNK_SECONDS = 30.0
#: Frames compared for the measure of motion.
NUM_FRAMES = 16
#: Short side of the frames that are compared, px.
COMPARED_SIZE = 64
#: Share of pixels that may change more than the measure of motion says. A talking mouth in a wide
#: video moves few of them; noise of the encoder moves many, but little.
MOTION_PERCENTILE = 99.0


@dataclass
class MediaProbe:
    """What a file holds; times are s of the container's clock, None is what was not measured."""

    bytes: int = 0  #: size of the file
    detail: str = ''  #: what is wrong, as the end of a sentence; empty if nothing is
    broken: bool = False  #: whether the file or a stream cannot be read to the end
    has_video: bool = False
    has_audio: bool = False
    duration: float | None = None  #: s in which there are both video and audio
    video_start: float | None = None
    video_end: float | None = None
    audio_start: float | None = None
    audio_end: float | None = None
    offset: float | None = None  #: audio_start - video_start, s
    width: int | None = None  #: px
    height: int | None = None  #: px
    fps: float | None = None  #: frames per second, on average
    video_codec: str = ''
    sample_rate: int | None = None  #: Hz
    channels: int | None = None
    audio_codec: str = ''
    level: float | None = None  #: RMS of the loudest half second, dB of full scale
    hole: float | None = None  #: s of audio missing between its start and end
    motion: float | None = None  #: see :func:`measure_motion`, of 16 frames spread over the file


def probe_media(path: str | Path) -> MediaProbe:
    """Decode a file from start to end; a broken one gives what was learnt before."""
    probe = MediaProbe(bytes=Path(path).stat().st_size)
    with MediaFile(path) as media:
        try:
            _probe(media, probe)
        except UnreadableMediaError as error:
            probe.broken, probe.detail = True, error.detail
    return probe


def _probe(media: MediaFile, probe: MediaProbe) -> None:
    probe.has_video, probe.has_audio = media.has_video, media.has_audio
    if not probe.has_video:
        probe.detail = 'has no video'
    elif not probe.has_audio:
        probe.detail = 'has no audio stream'
    if probe.has_video:
        probe.video_start, probe.video_end = map(float, media.video_span)
        _probe_video(media, probe)
    if probe.has_audio:
        probe.audio_start, probe.audio_end = map(float, media.audio_span)
        _probe_audio(media, probe)
    if probe.has_video and probe.has_audio:
        begin, end = media.common_span
        probe.duration = max(float(end - begin), 0.0)
        probe.offset = probe.audio_start - probe.video_start
    ends = [end for end in (probe.video_end, probe.audio_end) if end is not None]
    cut = find_cut(media, max(ends), tolerance=0.5) if ends else ''
    if cut:
        probe.broken, probe.detail = True, cut


def _probe_video(media: MediaFile, probe: MediaProbe) -> None:
    begin, end = media.video_span
    wanted = begin + (np.arange(NUM_FRAMES) + 0.5) * (end - begin) / NUM_FRAMES
    frames: list[np.ndarray] = []
    count = 0
    for frame in media.iter_frames():
        count += 1
        if len(frames) < NUM_FRAMES and frame.time >= wanted[len(frames)]:
            scale = min(1.0, COMPARED_SIZE / min(frame.width, frame.height))
            size = [max(round(side * scale), 2) for side in (frame.width, frame.height)]
            small = frame.reformat(*size, format='gray', interpolation='AREA')
            frames.append(small.to_ndarray())
        probe.width, probe.height = frame.width, frame.height
    probe.video_codec = media.codec_name('video')
    probe.fps = count / (end - begin) if end > begin else None
    probe.motion = measure_motion(frames)


def measure_motion(frames: list[np.ndarray]) -> float | None:
    """Largest change between neighbours of ``(H, W)`` uint8 frames, in grey levels: the 99th
    percentile of the absolute difference of the most different pair. None for fewer than two."""
    changes = [np.abs(b.astype(np.int16) - a) for a, b in pairwise(frames)]
    return max((float(np.percentile(x, MOTION_PERCENTILE)) for x in changes), default=None)


def _probe_audio(media: MediaFile, probe: MediaProbe) -> None:
    begin, end = media.audio_span
    loudest, hole = -np.inf, 0.0
    container, stream = media.sound_stream()
    first = begin
    while first < end:
        last = min(first + CHUNK_SECONDS, end)
        with refused(media.path, f'its audio cannot be decoded from {first:.1f} s on'):
            segments = decode_segments(container, stream, first, last)
            if not segments:
                # A damaged time stamp can leave years without audio.
                following = find_audio(container, stream, last)
                last = end if following is None else max(last, min(following, end))
        covered = first
        for segment in segments:
            hole += max(segment.start - covered, 0.0)
            covered = max(covered, segment.start + segment.length / segment.sample_rate)
            loudest = max(loudest, _loudest(segment.mix(), segment.sample_rate))
            probe.sample_rate, probe.channels = segment.sample_rate, segment.channels
        hole += max(last - covered, 0.0)
        first = last
    probe.audio_codec = media.codec_name('audio')
    probe.level, probe.hole = float(loudest), float(hole)


def _loudest(wave: np.ndarray, sample_rate: int) -> float:
    """Level of the loudest half second, dB of full scale."""
    size = round(LEVEL_SECONDS * sample_rate)
    if len(wave) <= size:
        return float(level_dbfs(wave)) if len(wave) else -np.inf
    blocks = wave[: len(wave) // size * size].reshape(-1, size)
    return float(max(level_dbfs(blocks).max(), level_dbfs(wave[-size:])))


def find_cut(media: MediaFile, end: float, tolerance: float) -> str:
    """That a file whose last stream ends at ``end`` (s) is cut off, the end of a sentence, or ''.

    A header may count priming samples and rounded packets; what lacks beyond ``tolerance`` is lost.
    """
    promised = media.header_end
    if promised is None or promised - end <= tolerance:
        return ''
    return f'ends at {end:.1f} s, but its header promises {promised:.1f} s: it is cut off'

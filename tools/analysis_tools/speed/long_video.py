"""A long, large video made of short ones, to measure memory and speed of the commands with."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from mmav_coattn.media import MediaFile
from mmav_coattn.media.remux import shift_audio

SAMPLE_RATE = 48000
#: Samples that go to the audio's encoder at once.
BLOCK = 1024
FRAMES_PER_KEYFRAME = 50


def write_long_video(
    clips: Sequence[str | Path],
    out: Path,
    seconds: float,
    size: tuple[int, int] = (1280, 720),
    sound_late: float = 0.24,
) -> Path:
    """Repeat some clips, stretched to another size, until a length is reached.

    Stretched, not letterboxed: a network that scales its whole input sees the clips as they were.
    The picture is encoded once and its packets repeated, so that ten minutes take seconds to make.

    Args:
        clips (Sequence): Videos of one frame rate; kept in memory, so a few short ones.
        out (Path): MP4 to write.
        seconds (float): Its length, rounded up to a whole frame.
        size (tuple[int, int]): Width and height, px.
        sound_late (float): By how much its audio is late, s.

    Returns:
        Path: ``out``.
    """
    import av

    images, wave, rate = _read(clips)
    round_seconds = Fraction(len(images)) / rate
    num_frames = max(1, ceil(seconds * rate))
    rounds = ceil(num_frames / len(images))
    num_samples = round(num_frames / rate * SAMPLE_RATE)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        in_sync = Path(folder, out.name)
        with av.open(str(in_sync), 'w') as container:
            picture = container.add_stream(
                'libx264',
                rate=rate,
                # No B-frames: packets come in the order of their time stamps and can be repeated.
                options=dict(preset='ultrafast', crf='23', g=str(FRAMES_PER_KEYFRAME), bf='0'),
            )
            picture.width, picture.height, picture.pix_fmt = *size, 'yuv420p'
            sound = container.add_stream('aac', rate=SAMPLE_RATE, layout='mono')
            packets = [
                (bytes(packet), packet.pts, packet.is_keyframe)
                for packet in _encode(picture, images)
            ]
            blocks = _sound_packets(sound, np.tile(wave, rounds)[:num_samples])
            for number in range(rounds):
                for data, pts, is_keyframe in packets[: num_frames - number * len(packets)]:
                    packet = av.Packet(data)
                    packet.stream, packet.time_base = picture, picture.codec_context.time_base
                    shift = round(number * round_seconds / packet.time_base)
                    packet.pts = packet.dts = pts + shift
                    packet.is_keyframe = is_keyframe
                    time = packet.pts * packet.time_base
                    container.mux(packet)
                    for block in blocks:
                        container.mux(block)
                        if block.pts is None or block.pts * block.time_base > time:
                            break
            for block in blocks:
                container.mux(block)
        shift_audio(in_sync, out, sound_late)
    return out


def _read(clips: Sequence) -> tuple[list[np.ndarray], np.ndarray, Fraction]:
    """All frames, the sound beside them, and the frame rate."""
    images, waves = [], []
    for clip in clips:
        with MediaFile(clip) as media:
            rate = Fraction(media.frame_rate)
            begin, end = media.common_span
            count = int((end - begin) * rate)
            times = begin + (np.arange(count) + 0.5) / float(rate)
            images += list(media.read_frames(times))
            waves.append(media.read_audio(begin, count / float(rate), SAMPLE_RATE))
    return images, np.concatenate(waves), rate


def _encode(picture, images: list[np.ndarray]) -> list:
    import av
    import cv2

    packets = []
    for small in images:
        image = cv2.resize(small, (picture.width, picture.height), interpolation=cv2.INTER_LINEAR)
        packets += picture.encode(av.VideoFrame.from_ndarray(image, format='rgb24'))
    return packets + picture.encode(None)


def _sound_packets(sound, wave: np.ndarray):
    import av

    for first in range(0, len(wave), BLOCK):
        frame = av.AudioFrame.from_ndarray(wave[None, first : first + BLOCK], 'fltp', 'mono')
        frame.sample_rate, frame.pts = SAMPLE_RATE, first
        frame.time_base = Fraction(1, SAMPLE_RATE)
        yield from sound.encode(frame)
    yield from sound.encode(None)

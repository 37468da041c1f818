"""A long, large video made of short ones, to measure memory and speed of the commands with."""

import tempfile
from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from mmav_coattn.media import MediaFile
from mmav_coattn.media.remux import shift_audio

SAMPLE_RATE = 48000


def write_long_video(
    clips: Sequence[str | Path],
    out: Path,
    seconds: float,
    size: tuple[int, int] = (1280, 720),
    audio_late: float = 0.24,
) -> Path:
    """Repeat some clips, stretched to another size, until a length is reached.

    Stretched, not letterboxed: a network that scales its whole input sees the clips as they were.

    Args:
        clips (Sequence): Videos of one frame rate; kept in memory, so a few short ones.
        out (Path): MP4 to write.
        seconds (float): Its length, rounded up to a whole frame.
        size (tuple[int, int]): Width and height, px.
        audio_late (float): By how much its audio is late, s.

    Returns:
        Path: ``out``.
    """
    import av
    import cv2

    images, wave, rate = _read(clips)
    num_frames = max(1, ceil(seconds * rate))
    wave = np.resize(wave, round(num_frames / rate * SAMPLE_RATE))  # repeats it
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        in_sync = Path(folder, out.name)
        with av.open(str(in_sync), 'w') as container:
            options = dict(preset='ultrafast', crf='23', g='50')
            video = container.add_stream('libx264', rate=rate, options=options)
            video.width, video.height, video.pix_fmt = *size, 'yuv420p'
            audio = container.add_stream('aac', rate=SAMPLE_RATE, layout='mono')
            done = 0
            for number in range(num_frames):
                image = cv2.resize(images[number % len(images)], size)
                container.mux(video.encode(av.VideoFrame.from_ndarray(image, 'rgb24')))
                upto = round((number + 1) / rate * SAMPLE_RATE)
                frame = av.AudioFrame.from_ndarray(wave[None, done:upto], 'fltp', 'mono')
                frame.sample_rate, frame.pts = SAMPLE_RATE, done
                frame.time_base = Fraction(1, SAMPLE_RATE)
                container.mux(audio.encode(frame))
                done = upto
            container.mux(video.encode(None))
            container.mux(audio.encode(None))
        shift_audio(in_sync, out, audio_late)
    return out


def _read(clips: Sequence) -> tuple[list[np.ndarray], np.ndarray, Fraction]:
    """All frames, the audio beside them, and the frame rate."""
    images, waves = [], []
    for clip in clips:
        with MediaFile(clip) as media:
            rate = Fraction(media.frame_rate)
            begin, end = media.common_span
            count = int((end - begin) * rate)
            images += list(media.read_frames(begin + (np.arange(count) + 0.5) / float(rate)))
            waves.append(media.read_audio(begin, count / float(rate), SAMPLE_RATE))
    return images, np.concatenate(waves), rate

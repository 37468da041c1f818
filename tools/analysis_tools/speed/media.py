"""Videos to time readers with: a moving, grainy video and audio of tones and noise."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.io import whole_file

#: Frames per second, and of those one in so many is a keyframe, as after ``tools/data/prepare``.
FPS = 25
GOP = 16
#: Width and height: short side 256, the shape of most of the web's videos.
SIZE = (344, 256)
SAMPLE_RATE = 44100


def write_videos(folder: Path, seconds: int, count: int) -> list[Path]:
    """Write the files that are not there yet, H.264 and stereo AAC in MP4, each so many s long."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f'{seconds}s_gop{GOP}_{number}.mp4' for number in range(count)]
    for number, path in enumerate(paths):
        if not path.is_file():
            with whole_file(path) as partial:
                _write(partial, seconds, np.random.default_rng([seconds, number]))
    return paths


def _write(path: Path, seconds: int, rng: np.random.Generator) -> None:
    import av

    width, height = SIZE
    with av.open(str(path), 'w', format='mp4') as container:
        video = container.add_stream(
            'libx264', rate=FPS, options=dict(preset='veryfast', crf='23', g=str(GOP))
        )
        video.width, video.height, video.pix_fmt = width, height, 'yuv420p'
        audio = container.add_stream('aac', rate=SAMPLE_RATE, layout='stereo')
        audio.bit_rate = 128_000
        for image in _images(seconds * FPS, rng):
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, 'rgb24')))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(_wave(seconds, rng), 'fltp', 'stereo')
        frame.sample_rate, frame.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
        frame.pts = 0
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))


def _images(count: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """A camera that glides over one texture while a piece of another moves its own way."""
    import cv2

    width, height = SIZE
    small = rng.integers(0, 256, (2, 24, 32, 3), dtype=np.uint8)
    wide = (2 * width, 2 * height)
    wall, thing = (cv2.resize(each, wide, interpolation=cv2.INTER_CUBIC) for each in small)
    grain = rng.integers(-6, 7, (8, height, width, 1), dtype=np.int16)
    for number in range(count):
        x = int((0.5 + 0.45 * np.sin(number / 40)) * width)
        y = int((0.5 + 0.45 * np.cos(number / 55)) * height)
        image = wall[y : y + height, x : x + width].copy()
        left = int((0.5 + 0.5 * np.sin(number / 9)) * (width - 96))
        top = int((0.5 + 0.5 * np.cos(number / 13)) * (height - 96))
        image[top : top + 96, left : left + 96] = thing[top : top + 96, left : left + 96]
        yield (image + grain[number % len(grain)]).clip(0, 255).astype(np.uint8)


def _wave(seconds: int, rng: np.random.Generator) -> np.ndarray:
    times = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    tones = sum(np.sin(2 * np.pi * hz * times) for hz in rng.uniform(100, 4000, 6)) / 24
    noise = rng.standard_normal((2, len(times))) * 0.03
    return (tones + noise).astype(np.float32)

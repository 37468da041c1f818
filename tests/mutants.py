"""Damaged media files, each a function of its number: what disks, networks and strangers make."""

from pathlib import Path

import numpy as np
from media_factory import write_clip

#: What is damaged: suffix and how the whole file is written.
SEEDS = {
    'mp4': {},
    'mkv': dict(video_codec='mpeg4', audio_codec='libmp3lame', sample_rate=44100),
    'webm': dict(video_codec='libvpx', audio_codec='libopus', sample_rate=48000),
    'avi': dict(video_codec='mjpeg', pix_fmt='yuvj420p', audio_codec='pcm_s16le'),
    'ts': dict(b_frames=2, audio_codec='ac3', sample_rate=48000),
    'mov': dict(video_codec='prores_ks', pix_fmt='yuv422p10le', audio_codec='alac'),
    'ogv': dict(video_codec='libvpx', audio_codec='flac', sample_rate=44100),
    'flv': dict(sample_rate=44100),
    'm4v': dict(b_frames=2, options={'movflags': 'frag_keyframe+empty_moov'}),
    'wmv': dict(video_codec='wmv2', audio_codec='libmp3lame', sample_rate=44100),
}


def flip_bits(data: bytearray, rng: np.random.Generator) -> bytearray:
    """1 to 100 flipped bits; half of the time all in the first 2 KB, where the headers are."""
    reach = min(len(data), 2048) if rng.random() < 0.5 else len(data)
    for place in rng.integers(reach, size=int(rng.integers(1, 101))):
        data[place] ^= 1 << int(rng.integers(8))
    return data


def cut_off(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[: int(rng.integers(len(data)))]


def behead(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[int(rng.integers(1, len(data) // 2)) :]


def swap_chunks(data: bytearray, rng: np.random.Generator) -> bytearray:
    chunks = [data[first : first + 512] for first in range(0, len(data), 512)]
    for _ in range(int(rng.integers(1, 6))):
        a, b = rng.integers(len(chunks), size=2)
        chunks[a], chunks[b] = chunks[b], chunks[a]
    return bytearray(b''.join(chunks))


def blank(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A hole of zeros, as an interrupted download leaves it."""
    first, last = sorted(rng.integers(len(data), size=2))
    data[first:last] = bytes(last - first)
    return data


def insert_noise(data: bytearray, rng: np.random.Generator) -> bytearray:
    place = int(rng.integers(len(data)))
    return data[:place] + bytearray(rng.bytes(int(rng.integers(1, 3000)))) + data[place:]


MUTATIONS = (flip_bits, flip_bits, cut_off, behead, swap_chunks, blank, insert_noise)


def write_mutants(folder: Path, count: int) -> list[str]:
    """Write damaged files, the same ones every time, and return their names."""
    seeds = []
    for suffix, options in SEEDS.items():
        path = folder / f'seed.{suffix}'
        write_clip(path, duration=1.2, size=(48, 32), gop=8, **options)
        seeds.append((suffix, path.read_bytes()))
        path.unlink()
    names = []
    for number in range(count):
        rng = np.random.default_rng([8, number])
        suffix, seed = seeds[number % len(seeds)]
        mutate = MUTATIONS[number // len(seeds) % len(MUTATIONS)]
        names.append(f'{number:04d}_{mutate.__name__}.{suffix}')
        (folder / names[-1]).write_bytes(mutate(bytearray(seed), rng))
    return names

"""A gallery of odd media: what real collections hold, each with what must come of it.

Every item is a small file written by :mod:`media_factory`, or bytes that only claim to be one. An
item is either *right*, so that its pictures and sound must come back at their times, or *refused*,
with the reason that must be counted.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from media_factory import Truth, copy_packets, tag_rotation, write_clip

#: What an item must come to where it is not refused.
RIGHT = 'right'
#: The reasons of an item of which some windows come back right and others must be refused.
IN_PARTS = 'unreadable in parts'
SECONDS = 2.0
_STEPS = np.random.default_rng(11).choice([0.01, 0.033, 0.05, 0.08], 70)


@dataclass
class Item:
    """One odd file.

    Attributes:
        name: Its file name.
        make: Writes it to a path; what it contains, where it must come back.
        expected: ``RIGHT``, the reason of the refusal, or ``IN_PARTS``.
    """

    name: str
    make: Callable[[Path], Truth | None]
    expected: str = RIGHT


def clip(**options) -> Callable[[Path], Truth]:
    """A maker that writes a clip of 2 s at 25 fps with what is odd about it."""
    options = {'duration': SECONDS, 'gop': 10, **options}
    return lambda path: write_clip(path, **options)


def _cut(share: float, suffix: str, **options) -> Callable[[Path], Truth]:
    """A file of which only the first ``share`` of the bytes is there."""

    def make(path: Path) -> Truth:
        whole = path.with_name('whole' + suffix)
        truth = write_clip(whole, **{'duration': 3.0, 'gop': 10, **options})
        data = whole.read_bytes()
        whole.unlink()
        path.write_bytes(data[: int(len(data) * share)])
        return truth

    return make


def _unknown_codec(path: Path) -> None:
    """A film whose codec has a name that nobody knows."""
    write_clip(path, duration=SECONDS)
    data = path.read_bytes()
    place = data.rindex(b'avc1')  # The one before is among the file's brands.
    path.write_bytes(data[:place] + b'zzz1' + data[place + 4 :])


def _holds(data: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def _turned(degrees: int) -> Callable[[Path], Truth]:
    def make(path: Path) -> Truth:
        plain = path.with_name('unturned.mp4')
        truth = write_clip(plain, duration=SECONDS, size=(96, 64))
        tag_rotation(plain, path, degrees)
        plain.unlink()
        return truth

    return make


def _joined(first: dict, second: dict) -> Callable[[Path], Truth]:
    """Two transport streams put one behind the other, as `cat` does."""

    def make(path: Path) -> Truth:
        parts = [path.with_name('part1.ts'), path.with_name('part2.ts')]
        truth = write_clip(parts[0], duration=SECONDS, **first)
        write_clip(parts[1], duration=SECONDS, **second)
        path.write_bytes(b''.join(part.read_bytes() for part in parts))
        for part in parts:
            part.unlink()
        return truth

    return make


def _without_packets(kind: str, first: int, last: int, **options) -> Callable[[Path], Truth]:
    """A file in whose middle packets of one stream are lost."""

    def make(path: Path) -> Truth:
        whole = path.with_name('whole' + path.suffix)
        truth = write_clip(whole, duration=SECONDS, **options)
        number = itertools.count(1)
        copy_packets(
            whole, path, keep=lambda x: x.stream.type != kind or not first <= next(number) < last
        )
        whole.unlink()
        return truth

    return make


def _cover_art(path: Path) -> None:
    """A song with a picture of its cover, which is no film."""
    import av
    from av.stream import Disposition

    with av.open(str(path), 'w', format='mp4') as container:
        sound = container.add_stream('aac', rate=16000, layout='mono')
        cover = container.add_stream('mjpeg', rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, 'yuvj420p'
        cover.disposition = Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), 'rgb24')
        for packet in (*cover.encode(picture), *cover.encode(None)):
            container.mux(packet)
        noise = np.random.default_rng(0).uniform(-0.3, 0.3, (1, 32000)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(noise, 'fltp', 'mono')
        frame.sample_rate = 16000
        for packet in (*sound.encode(frame), *sound.encode(None)):
            container.mux(packet)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _named(name: str, expected: str = RIGHT) -> Item:
    return Item(name, clip(), expected)


def _items() -> list[Item]:
    rates = [8000, 11025, 22050, 32000, 44100, 48000, 96000]
    pcm = ['u8', 's16le', 's16be', 's24le', 's32le', 'f32le', 'f64le', 'mulaw']
    containers = [
        ('mp4', 'libx264', 'aac'),
        ('mov', 'libx264', 'aac'),
        ('mkv', 'libx264', 'aac'),
        ('webm', 'libvpx-vp9', 'libopus'),
        ('avi', 'mpeg4', 'libmp3lame'),
        ('avi', 'libx264', 'pcm_s16le'),
        ('ts', 'libx264', 'aac'),
        ('m2ts', 'mpeg2video', 'ac3'),
        ('mpg', 'mpeg2video', 'mp2'),
        ('ogv', 'libvpx', 'libopus'),
        ('ogv', 'libvpx', 'flac'),
        ('flv', 'flv', 'libmp3lame'),
        ('wmv', 'wmv2', 'libmp3lame'),
        ('3gp', 'mpeg4', 'aac'),
    ]
    codecs = [
        ('libx265', 'mkv', {}),
        ('libsvtav1', 'mp4', {}),
        ('mjpeg', 'mov', dict(pix_fmt='yuvj420p')),
        ('prores_ks', 'mov', dict(pix_fmt='yuv422p10le')),
        ('ffv1', 'mkv', {}),
        ('png', 'mov', dict(pix_fmt='rgb24')),
        ('rawvideo', 'mkv', {}),
    ]
    sync = dict(sample_rate=44100, layout='stereo')
    opus = dict(sample_rate=48000)
    return [
        # Sound that is not as it should be.
        Item('no_audio.mp4', clip(audio=False), 'no_audio'),
        Item('digital_silence.mp4', clip(level=0.0), 'silent'),
        Item('faint.mkv', clip(level=1e-5, audio_codec='pcm_f32le'), 'silent'),
        Item('audio_shorter.mp4', clip(audio_duration=1.2)),
        Item('audio_much_shorter.mp4', clip(audio_duration=0.3), 'too_short'),
        Item('audio_longer.mp4', clip(audio_duration=3.5)),
        Item('audio_late.mp4', clip(audio_start=0.7, audio_duration=1.3)),
        Item('audio_late.mkv', clip(audio_start=0.7, audio_duration=1.3)),
        Item('audio_after_picture.mkv', clip(audio_start=2.5), 'too_short'),
        Item('audio_early.mp4', clip(video_start=0.6, audio_duration=2.6)),
        Item('audio_hole.mkv', clip(gap=(0.5, 1.5), audio_codec='pcm_s16le'), 'unreadable'),
        Item('lost_sound.ts', _without_packets('audio', 4, 28), 'unreadable'),
        # Pictures that are not.
        Item('no_video.mp4', clip(video=False), 'no_video'),
        Item('cover_art.mp4', _cover_art, 'no_video'),
        Item('one_frame.mp4', clip(duration=0.04, audio_duration=SECONDS), 'too_short'),
        Item('tenth_of_a_second.mp4', clip(duration=0.1), 'too_short'),
        Item('one_frame_a_second.mp4', clip(fps=1, duration=4.0)),
        Item('variable_rate.mp4', clip(frame_times=(np.cumsum(_STEPS) - _STEPS[0]).tolist())),
        *(
            Item(f'{name}_fps.mp4', clip(fps=rate, size=(32, 32), b_frames=2))
            for name, rate in [
                ('12.5', Fraction(25, 2)),
                ('23.976', '24000/1001'),
                ('59.94', '60000/1001'),
                ('120', 120),
            ]
        ),
        Item('odd_size.mkv', clip(size=(77, 51), video_codec='ffv1')),
        Item('odd_size.mp4', clip(size=(77, 51), pix_fmt='yuv444p')),
        Item('very_wide.mp4', clip(size=(512, 32))),
        Item('turned_90.mp4', _turned(90)),
        Item('turned_180.mp4', _turned(180)),
        Item('turned_270.mp4', _turned(-90)),
        Item('ten_bit.mp4', clip(pix_fmt='yuv420p10le')),
        Item(
            'ten_bit.webm',
            clip(video_codec='libsvtav1', audio_codec='libopus', pix_fmt='yuv420p10le', **opus),
        ),
        Item('interlaced.mp4', clip(codec_options={'x264-params': 'tff=1'})),
        Item('grey.mp4', clip(pix_fmt='gray')),
        Item('open_gop.mp4', clip(b_frames=3, codec_options={'x264-params': 'open-gop=1'})),
        Item('b_frames.avi', clip(b_frames=2, audio_codec='libmp3lame', **sync), 'unreadable'),
        Item('size_changes.ts', _joined({}, dict(size=(96, 64))), IN_PARTS),
        Item(
            'clock_jumps.ts',
            _joined({}, dict(video_start=6.0, audio_start=6.0, size=(96, 64))),
            IN_PARTS,
        ),
        # Sample rates, channels, planar and packed samples.
        *(Item(f'{r}_hz.mkv', clip(sample_rate=r, audio_codec='pcm_s16le')) for r in rates),
        Item('8000_hz.mp4', clip(sample_rate=8000)),
        Item('96000_hz.mp4', clip(sample_rate=96000)),
        *(
            Item(f'{layout}_{codec}.mkv', clip(layout=layout, audio_codec=codec, sample_rate=48000))
            for layout in ('stereo', '5.1')
            for codec in ('aac', 'pcm_s16le', 'flac', 'alac')
        ),
        *(Item(f'{s}.mov', clip(audio_codec=f'pcm_{s}', layout='stereo')) for s in pcm),
        # Containers and codecs.
        *(
            Item(
                f'{v}_{a}.{suffix}',
                clip(video_codec=v, audio_codec=a, **(opus if a == 'libopus' else sync)),
            )
            for suffix, v, a in containers
        ),
        *(Item(f'{v}.{suffix}', clip(video_codec=v, **more)) for v, suffix, more in codecs),
        Item('fragmented.mp4', clip(options={'movflags': 'frag_keyframe+empty_moov'})),
        Item('index_first.mp4', clip(options={'movflags': 'faststart'})),
        Item('edit_list.mp4', clip(video_start=-0.3, audio_start=-0.3, b_frames=2, duration=2.5)),
        Item('priming_lame.mp4', clip(audio_codec='libmp3lame', **sync)),
        # Damage.
        Item('cut_without_index.mp4', _cut(0.6, '.mp4'), 'unreadable'),
        Item('cut_behind_index.mp4', _cut(0.6, '.mp4', options={'movflags': 'faststart'})),
        Item('cut.mkv', _cut(0.6, '.mkv')),
        Item('cut.ts', _cut(0.6, '.ts'), IN_PARTS),  # whose last packet does not say that it is cut
        Item('cut.avi', _cut(0.6, '.avi', video_codec='mpeg4', audio_codec='pcm_s16le')),
        Item('cut.webm', _cut(0.6, '.webm', video_codec='libvpx', audio_codec='libopus', **opus)),
        Item('unknown_codec.mp4', _unknown_codec, 'unreadable'),
        Item('zero_bytes.mp4', _holds(b''), 'unreadable'),
        Item('text.mp4', _holds(b'This is a text, not a video.\n' * 40), 'unreadable'),
        Item('page.mp4', _holds(b'<!doctype html><title>404</title>' * 9), 'unreadable'),
        Item('noise.mp4', _holds(np.random.default_rng(5).bytes(20000)), 'unreadable'),
        Item('playlist.mp4', _holds(b"ffconcat version 1.0\nfile 'plain.mp4'\n"), 'unreadable'),
        Item(
            'stream.mp4', _holds(b'#EXTM3U\n#EXTINF:2,\nplain.ts\n#EXT-X-ENDLIST\n'), 'unreadable'
        ),
        Item('loop.mp4', _loop, 'missing'),
        # Names.
        _named('plain.mp4'),
        _named('with space.mp4'),
        _named('it\'s "quoted".mp4'),
        _named('smörgås 日本 🎬.mp4'),
        _named('new\nline.mp4'),
        _named('-dash; $(reboot) `x` %d #1 & |.mp4'),
        _named('UPPER.MP4'),
        _named(os.fsdecode(b'latin1 caf\xe9.mp4')),
    ]


ITEMS = _items()

"""A gallery of odd media: what real collections hold, each with what must come of it.

Every item is a small file written by :mod:`media_factory`, or bytes that only claim to be one. An
item is either *right*, so that its pictures and sound must come back at their times, or *refused*,
with the reason that must be counted.
"""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from av.stream import Disposition
from media_factory import Truth, copy_packets, write_clip

#: What an item must come to where it is not refused.
RIGHT = 'right'
#: The reasons of an item of which some windows come back right and others must be refused.
IN_PARTS = 'unreadable in parts'
SECONDS = 2.0
_STEPS = np.random.default_rng(11).choice([0.01, 0.033, 0.05, 0.08], 70)


@dataclass
class Item:
    """One odd file."""

    name: str
    make: Callable[[Path], Truth | None]  #: writes it to a path; what must come back, where
    expected: str = RIGHT  #: or the reason of the refusal, or ``IN_PARTS``


def clip(path: Path, **options) -> Truth:
    """A clip of 2 s at 25 fps with what is odd about it."""
    return write_clip(path, **{'duration': SECONDS, 'gop': 10, **options})


def edited(path: Path, edit=lambda target: None, keep=lambda packet: True, **options) -> Truth:
    """A clip that was copied with an edit of its streams or packets."""
    truth = clip(path, **options)
    whole = path.rename(path.with_name(f'whole{path.suffix}'))
    copy_packets(whole, path, edit, keep)
    whole.unlink()
    return truth


def cut(path: Path, **options) -> Truth:
    """A file of which only the first 60 percent of the bytes is there."""
    truth = clip(path, duration=3.0, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(0.6 * len(data))])
    return truth


def turned(path: Path, degrees: int) -> Truth:
    return edited(path, lambda x: x.streams.video[0].set_display_rotation(degrees), size=(96, 64))


def joined(path: Path, **second) -> Truth:
    """Two transport streams put one behind the other, as `cat` does."""
    truth = write_clip(path, duration=SECONDS)
    first = path.read_bytes()
    write_clip(path, duration=SECONDS, size=(96, 64), **second)
    path.write_bytes(first + path.read_bytes())
    return truth


def without_audio_packets(path: Path) -> Truth:
    """A file in whose middle packets of the audio are lost."""
    number = itertools.count(1)
    return edited(path, keep=lambda x: x.stream.type != 'audio' or not 4 <= next(number) < 28)


def unknown_codec(path: Path) -> None:
    """A film whose codec has a name that nobody knows."""
    clip(path)
    data = path.read_bytes()
    place = data.rindex(b'avc1')  # The one before is among the file's brands.
    path.write_bytes(data[:place] + b'zzz1' + data[place + 4 :])


def cover_art(path: Path) -> None:
    """A song with a picture of its cover, which is no film."""
    song = dict(video_codec='mjpeg', pix_fmt='yuvj420p', fps=1, duration=1, audio_duration=2)
    cover = Disposition.attached_pic
    edited(path, lambda x: setattr(x.streams.video[0], 'disposition', cover), **song)


OPUS = dict(audio_codec='libopus', sample_rate=48000)
LAME = dict(audio_codec='libmp3lame', sample_rate=44100, layout='stereo')
PCM = dict(audio_codec='pcm_s16le')
NAMES = (
    'plain.mp4', 'with space.mp4', 'it\'s "quoted".mp4', 'smörgås 日本 🎬.mp4', 'new\nline.mp4',
    '-dash; $(reboot) `x` %d #1 & |.mp4', 'UPPER.MP4', os.fsdecode(b'latin1 caf\xe9.mp4'),
)  # fmt: skip
#: Clips that must come back, by name: what is odd about them.
CLIPS = {
    # Sound that is not as it should be.
    'audio_shorter.mp4': dict(audio_duration=1.2),
    'audio_longer.mp4': dict(audio_duration=3.5),
    'audio_late.mp4': dict(audio_start=0.7, audio_duration=1.3),
    'audio_late.mkv': dict(audio_start=0.7, audio_duration=1.3),
    'audio_early.mp4': dict(video_start=0.6, audio_duration=2.6),
    # Frame rates, sizes, pixels.
    'one_frame_a_second.mp4': dict(fps=1, duration=4.0),
    'variable_rate.mp4': dict(frame_times=(np.cumsum(_STEPS) - _STEPS[0]).tolist()),
    '12.5_fps.mp4': dict(fps=Fraction(25, 2), size=(32, 32), b_frames=2),
    '23.976_fps.mp4': dict(fps='24000/1001', size=(32, 32), b_frames=2),
    '59.94_fps.mp4': dict(fps='60000/1001', size=(32, 32), b_frames=2),
    '120_fps.mp4': dict(fps=120, size=(32, 32), b_frames=2),
    'odd_size.mkv': dict(size=(77, 51), video_codec='ffv1'),
    'odd_size.mp4': dict(size=(77, 51), pix_fmt='yuv444p'),
    'very_wide.mp4': dict(size=(512, 32)),
    'ten_bit.mp4': dict(pix_fmt='yuv420p10le'),
    'ten_bit.webm': dict(video_codec='libsvtav1', pix_fmt='yuv420p10le', **OPUS),
    'interlaced.mp4': dict(codec_options={'x264-params': 'tff=1'}),
    'grey.mp4': dict(pix_fmt='gray'),
    'open_gop.mp4': dict(b_frames=3, codec_options={'x264-params': 'open-gop=1'}),
    # Sample rates, channels, planar and packed samples.
    **{
        f'{rate}_hz.mkv': dict(sample_rate=rate, **PCM)
        for rate in (8000, 11025, 22050, 32000, 44100, 48000, 96000)
    },
    '8000_hz.mp4': dict(sample_rate=8000),
    '96000_hz.mp4': dict(sample_rate=96000),
    **{
        f'{layout}_{codec}.mkv': dict(layout=layout, audio_codec=codec, sample_rate=48000)
        for layout in ('stereo', '5.1')
        for codec in ('aac', 'pcm_s16le', 'flac', 'alac')
    },
    **{
        f'{kind}.mov': dict(audio_codec=f'pcm_{kind}', layout='stereo')
        for kind in ('u8', 's16le', 's16be', 's24le', 's32le', 'f32le', 'f64le', 'mulaw')
    },
    # Containers and codecs, beside those of trust/test_alignment.py.
    'avi_h264.avi': PCM,
    'mpeg2_ac3.m2ts': dict(video_codec='mpeg2video', audio_codec='ac3', sample_rate=44100),
    'mpeg2_mp2.mpg': dict(video_codec='mpeg2video', audio_codec='mp2', sample_rate=44100),
    'vp8_opus.ogv': dict(video_codec='libvpx', **OPUS),
    'wmv2_mp3.wmv': dict(video_codec='wmv2', **LAME),
    'libx265.mkv': dict(video_codec='libx265'),
    'libsvtav1.mp4': dict(video_codec='libsvtav1'),
    'mjpeg.mov': dict(video_codec='mjpeg', pix_fmt='yuvj420p'),
    'prores_ks.mov': dict(video_codec='prores_ks', pix_fmt='yuv422p10le'),
    'ffv1.mkv': dict(video_codec='ffv1'),
    'png.mov': dict(video_codec='png', pix_fmt='rgb24'),
    'rawvideo.mkv': dict(video_codec='rawvideo'),
    'fragmented.mp4': dict(options={'movflags': 'frag_keyframe+empty_moov'}),
    'index_first.mp4': dict(options={'movflags': 'faststart'}),
    'edit_list.mp4': dict(video_start=-0.3, audio_start=-0.3, b_frames=2, duration=2.5),
    'priming_lame.mp4': LAME,
    # Names.
    **dict.fromkeys(NAMES, {}),
}
#: Clips that must be refused, by name: why, and what is odd about them.
REFUSED = {
    'no_audio.mp4': ('no_audio', dict(audio=False)),
    'digital_silence.mp4': ('silent', dict(level=0.0)),
    'faint.mkv': ('silent', dict(level=1e-5, audio_codec='pcm_f32le')),
    'audio_much_shorter.mp4': ('too_short', dict(audio_duration=0.3)),
    'audio_after_picture.mkv': ('too_short', dict(audio_start=2.5)),
    'audio_hole.mkv': ('unreadable', dict(gap=(0.5, 1.5), **PCM)),
    'no_video.mp4': ('no_video', dict(video=False)),
    'one_frame.mp4': ('too_short', dict(duration=0.04, audio_duration=SECONDS)),
    'tenth_of_a_second.mp4': ('too_short', dict(duration=0.1)),
    'b_frames.avi': ('unreadable', dict(b_frames=2, **LAME)),
}
#: Files that are no video, by name.
BYTES = {
    'zero_bytes.mp4': b'',
    'text.mp4': b'This is a text, not a video.\n' * 40,
    'page.mp4': b'<!doctype html><title>404</title>' * 9,
    'noise.mp4': np.random.default_rng(5).bytes(20000),
    'playlist.mp4': b"ffconcat version 1.0\nfile 'plain.mp4'\n",
    'stream.mp4': b'#EXTM3U\n#EXTINF:2,\nplain.ts\n#EXT-X-ENDLIST\n',
}
VPX = dict(video_codec='libvpx', **OPUS)
ITEMS = [
    *(Item(name, partial(clip, **options)) for name, options in CLIPS.items()),
    *(Item(name, partial(clip, **odd), reason) for name, (reason, odd) in REFUSED.items()),
    *(Item(x, partial(Path.write_bytes, data=data), 'unreadable') for x, data in BYTES.items()),
    *(Item(f'turned_{x % 360}.mp4', partial(turned, degrees=x)) for x in (90, 180, -90)),
    Item('cover_art.mp4', cover_art, 'no_video'),
    Item('lost_sound.ts', without_audio_packets, 'unreadable'),
    Item('size_changes.ts', joined, IN_PARTS),
    Item('clock_jumps.ts', partial(joined, video_start=6.0, audio_start=6.0), IN_PARTS),
    Item('cut_without_index.mp4', cut, 'unreadable'),
    Item('cut_behind_index.mp4', partial(cut, options={'movflags': 'faststart'})),
    Item('cut.mkv', cut),
    Item('cut.ts', cut, IN_PARTS),  # whose last packet does not say that it is cut
    Item('cut.avi', partial(cut, video_codec='mpeg4', **PCM)),
    Item('cut.webm', partial(cut, **VPX)),
    Item('unknown_codec.mp4', unknown_codec, 'unreadable'),
    Item('loop.mp4', lambda path: path.symlink_to(path.name), 'missing'),
]

"""Clicks and flashes stay together, for every pair of container and codecs that can be written.

Each file is read window by window, after jumps, and compared with a plain decode of the whole file
from its first packet on, by PyAV and, where it is installed, by the program ``ffmpeg``.
"""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from media_factory import audio_lag, click_time, frame_number, is_flash, linear_sound, write_clip

from mmav_coattn.errors import NoAudioError, NoVideoError, UnreadableMediaError
from mmav_coattn.media import MediaFile

try:
    import imageio_ffmpeg
except ImportError:
    imageio_ffmpeg = None

#: The program, of the system or as the package imageio-ffmpeg brings it.
FFMPEG = shutil.which('ffmpeg') or (imageio_ffmpeg and imageio_ffmpeg.get_ffmpeg_exe())
RATE = 16000
FPS = 25
#: In the middle of the time that its flash is on show.
EVENTS = (0.82, 1.54)
VIDEO = {
    'mp4': 'libx264 libx265 libvpx-vp9 libsvtav1 mpeg4 mjpeg mpeg2video mpeg1video',
    'mov': 'libx264 libx265 mpeg4 mjpeg prores_ks png mpeg2video dnxhd',
    'mkv': 'libx264 libx265 libvpx libvpx-vp9 libsvtav1 mpeg4 mjpeg ffv1 rawvideo mpeg2video',
    'webm': 'libvpx-vp9 libvpx libsvtav1',
    'avi': 'mpeg4 libx264 mjpeg ffv1 rawvideo mpeg2video mpeg1video libvpx',
    'ts': 'libx264 libx265 mpeg4 mpeg2video mpeg1video',
    'm2ts': 'libx264 mpeg2video',
    'mpg': 'mpeg2video mpeg1video',
    'ogv': 'libvpx',
    'flv': 'libx264 flv libx265 libvpx-vp9',
    '3gp': 'libx264 mpeg4',
    'wmv': 'wmv2 mpeg4',
    'nut': 'mpeg4 libx264 ffv1',
}
AUDIO = {
    'mp4': 'aac libopus libmp3lame ac3 eac3 flac alac pcm_s16le mp2',
    'mov': 'aac libmp3lame ac3 alac pcm_s16le pcm_u8 pcm_s24le pcm_f32le pcm_mulaw mp2',
    'mkv': 'aac libopus libmp3lame ac3 eac3 flac alac pcm_s16le pcm_f64le mp2 tta',
    'webm': 'libopus',
    'avi': 'pcm_s16le libmp3lame aac ac3 mp2 pcm_u8 pcm_mulaw adpcm_ima_wav',
    'ts': 'aac libopus libmp3lame ac3 eac3 mp2',
    'm2ts': 'aac ac3',
    'mpg': 'mp2 libmp3lame ac3',
    'ogv': 'libopus flac',
    'flv': 'aac libmp3lame',
    '3gp': 'aac',
    'wmv': 'libmp3lame aac ac3 pcm_s16le',
    'nut': 'aac pcm_s16le libmp3lame',
}
PIXELS = {'mjpeg': 'yuvj420p', 'prores_ks': 'yuv422p10le', 'png': 'rgb24', 'dnxhd': 'yuv422p'}


def pairs():
    """Every video codec with the container's first audio codec, and the other way round."""
    for suffix in VIDEO:
        videos, audios = VIDEO[suffix].split(), AUDIO[suffix].split()
        yield suffix, videos[0], audios[0]
        for video in videos[1:]:
            yield pytest.param((suffix, video, audios[0]), marks=pytest.mark.slow)
        for audio in audios[1:]:
            yield pytest.param((suffix, videos[0], audio), marks=pytest.mark.slow)


def ffmpeg(path, options):
    """What the program writes to its output and to its log."""
    command = [FFMPEG, '-v', 'info', '-copyts', '-i', str(path), *options.split(), '-']
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout, done.stderr.decode()


def ffmpeg_frames(path):
    """Time stamps of the frames by the program, and the numbers that the frames carry."""
    options = '-map 0:v:0 -fps_mode passthrough -vf showinfo,scale=64:64 -pix_fmt rgb24 -f rawvideo'
    content, log = ffmpeg(path, options)
    times = [float(x) for x in re.findall(r'n: *\d+ .* pts_time:([-.\de]+)', log)]
    images = np.frombuffer(content, np.uint8).reshape(-1, 64, 64, 3)
    return np.array(times), [frame_number(image) for image in images]


@pytest.fixture(scope='module', params=pairs(), ids='-'.join)
def pair(request, tmp_path_factory):
    """A file, how far its audio may be moved, s, and its audio codec."""
    suffix, video, audio = request.param
    path = tmp_path_factory.mktemp('pair') / f'clip.{suffix}'
    options = dict(pix_fmt=PIXELS.get(video, 'yuv420p'), video_codec=video, audio_codec=audio)
    if video == 'dnxhd':
        options.update(size=(1280, 720), codec_options={'b': '75M'})
    rate = 48000 if audio == 'libopus' else 44100
    write_clip(path, duration=2.0, events=EVENTS, sample_rate=rate, **options)
    return path, 0.7 if suffix == 'mpg' else 0.12, audio


@pytest.mark.skipif(
    not FFMPEG, reason='there is no ffmpeg to compare with: pip install imageio-ffmpeg brings one'
)
def test_the_program_ffmpeg_agrees(pair):
    path, search, _ = pair
    # aresample puts the first sample at 0 s.
    options = f'-map 0:a:0 -af aresample={RATE}:first_pts=0 -ac 1 -f f32le'
    moved = audio_lag(np.frombuffer(ffmpeg(path, options)[0], np.float32), 0.0, RATE, search)
    times, numbers = ffmpeg_frames(path)
    assert len(times) == len(numbers) >= 49
    with MediaFile(path) as media:
        begin, end = media.common_span
        for time in (begin, end - 0.4):
            window = media.read_audio(time, 0.4, RATE)
            assert audio_lag(window, time, RATE, search) == pytest.approx(moved, abs=1e-3)
        middles = times + 0.5 / FPS
        inside = (begin < middles) & (middles < end)
        assert inside.sum() >= 40
        found = np.array([frame_number(image) for image in media.read_frames(middles[inside])])
    expected = np.array(numbers)[inside]
    # AVI and ASF say nothing of when pictures are shown: the program makes it up, for some codecs
    # one frame late, which is how far it is then from the click.
    late = path.suffix in ('.avi', '.wmv') and (found == expected + 1)[1:-1].all()
    assert late or (found == expected).all()


def test_click_meets_flash(pair):
    path, search, audio = pair
    # AVI counts in whole frames and cannot say how long a lossy codec primes: the writer rounds.
    rounded = path.suffix == '.avi' and audio in ('libmp3lame', 'aac', 'ac3', 'mp2')
    tolerance = (1.0 if rounded else 0.5) / FPS + 1e-3
    moved = audio_lag(*linear_sound(path), search)
    with MediaFile(path) as media:
        begin, end = media.common_span
        for time in (begin, 0.3 * begin + 0.7 * end - 0.4, end - 0.4):
            window = media.read_audio(time, 0.4, RATE)
            assert abs(audio_lag(window, time, RATE, search) - moved) <= 1e-3
        for event in EVENTS:
            event += moved
            window = media.read_audio(event - 0.2, 0.4, RATE)
            clicked = click_time(window, event - 0.2, RATE)
            assert clicked == pytest.approx(event, abs=1e-3)
            times = clicked + np.arange(-60, 61) / 1000
            lit = times[[is_flash(image) for image in media.read_frames(times)]]
            assert len(lit) and abs((lit[0] + lit[-1]) / 2 - clicked) <= tolerance


@pytest.mark.parametrize(
    ('name', 'options', 'error'),
    [
        # The writer's clock runs wild; FFmpeg's own decode of it has holes too.
        ('eac3.avi', dict(video_codec='mpeg4', audio_codec='eac3'), UnreadableMediaError),
        # Behind a jump the first picture has the time of the second.
        ('h264.wmv', dict(audio_codec='libmp3lame'), UnreadableMediaError),
        ('b_frames.avi', dict(b_frames=2, audio_codec='pcm_s16le'), UnreadableMediaError),
        ('alac.ts', dict(audio_codec='alac'), NoAudioError),
        ('vp9.ts', dict(video_codec='libvpx-vp9'), NoVideoError),
        ('raw.mov', dict(video_codec='rawvideo'), UnreadableMediaError),
    ],
)
def test_pairs_that_lose_the_clock_are_refused(name, options, error, tmp_path):
    path = Path(tmp_path, name)
    write_clip(path, duration=1.0, sample_rate=44100, **options)
    with pytest.raises(error) as found, MediaFile(path) as media:
        begin, _ = media.common_span
        media.read_audio(begin, 0.4, RATE)
        media.read_frames([begin + 0.2, begin + 0.4])
    assert str(found.value).startswith(f'{path}: ')

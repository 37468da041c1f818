from fractions import Fraction

import av
import numpy as np
import pytest
from media_factory import (
    audio_lag,
    click_time,
    decode,
    frame_number,
    is_flash,
    tag_rotation,
    write_clip,
)

from mmav_coattn.errors import NoAudioError, NoVideoError, TooShortError, UnreadableMediaError
from mmav_coattn.visualization import video_track, write_overlay_video

SIZE, RATE = (128, 96), 16000
EVENTS = (0.6, 1.32, 2.2)
#: Bits of the frame number that the overlay in the upper right corner leaves legible.
SEEN_BITS = 0b00111
#: All weight on the upper right of 4 x 4 cells, at each of 8 times; and weights that leave the
#: frame alone.
CORNER = np.pad(np.ones((8, 1, 1)), ((0, 0), (0, 3), (3, 0))), (np.arange(8) + 0.5) * 3 / 8
UNIFORM = np.full((1, 2, 2), 0.25), [0.0]


@pytest.fixture(scope='module')
def clip(media_folder):
    path = media_folder / 'overlay_source.mp4'
    return write_clip(path, duration=3.0, size=SIZE, events=EVENTS)


def test_every_frame_and_sample_at_its_time_and_colour_where_the_attention_is(clip, tmp_path):
    out = tmp_path / 'out.mp4'
    assert write_overlay_video(clip.path, out, *CORNER) == out
    times, images, samples, first = decode(out)
    np.testing.assert_allclose(times, clip.frame_times, atol=1e-4)
    originals = decode(clip.path)[1]
    assert images.shape == originals.shape == (75, SIZE[1], SIZE[0], 3)
    difference = np.abs(images.astype(int) - originals).mean(axis=(0, 3))
    assert difference[:16, 112:].mean() > 40
    assert difference[48:, :64].mean() < 4  # recoding only
    lit = [is_flash(image) for image in images]
    assert lit == [is_flash(image) for image in originals]
    assert abs(audio_lag(samples, first, RATE)) < 1e-3
    for event, flash in zip(EVENTS, times[lit], strict=True):
        low = round((event - 0.1 - first) * RATE)
        click = click_time(samples[low : low + round(0.2 * RATE)], first + low / RATE, RATE)
        assert click == pytest.approx(event, abs=1e-3)
        assert flash == pytest.approx(event, abs=0.02 + 1e-6)


@pytest.mark.parametrize('start', [0.48, 1.0])
def test_a_segment_begins_at_its_start(clip, tmp_path, start):
    write_overlay_video(clip.path, tmp_path / 'out.mp4', *CORNER, start=start, duration=1.2)
    times, images, samples, first = decode(tmp_path / 'out.mp4')
    np.testing.assert_allclose(times, np.arange(30) / 25, atol=1e-4)
    assert len(samples) / RATE == pytest.approx(1.2, abs=1024 / RATE)
    assert abs(audio_lag(samples, start + first, RATE)) < 1e-3
    numbers = [frame_number(image) & SEEN_BITS for image in images]
    assert numbers == [(round(start * 25) + i) & SEEN_BITS for i in range(30)]


def test_variable_frame_rate_and_late_audio(tmp_path):
    rate = 44100
    steps = np.random.default_rng(0).uniform(0.02, 0.09, 41)
    audio = dict(sample_rate=rate, layout='stereo', audio_start=0.35, audio_duration=1.5)
    frame_times = np.cumsum(steps) - steps[0]
    clip = write_clip(tmp_path / 'late.mp4', frame_times=frame_times, size=SIZE, **audio)
    write_overlay_video(clip.path, tmp_path / 'out.mp4', *CORNER)
    times, _, samples, first = decode(tmp_path / 'out.mp4')
    np.testing.assert_allclose(times, clip.frame_times, atol=1e-4)
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert (container.streams.audio[0].channels, container.streams.audio[0].rate) == (2, rate)
    late = round((0.4 - first) * rate)
    assert np.abs(samples[: late - round(0.1 * rate)]).max() < 0.01
    assert abs(audio_lag(samples[late : late + rate], 0.4, rate)) < 1e-3


def test_box_side_by_side_and_caption(clip, tmp_path):
    out = tmp_path / 'new_folder' / 'side.mp4'
    shown = dict(caption='in sync: 0.93', box=(0.0, 0.5, 0.5, 1.0), side_by_side=True)
    write_overlay_video(clip.path, out, *CORNER, duration=0.4, **shown)
    images = decode(out)[1]
    left, right = np.split(images.astype(int), 2, axis=2)
    assert left.shape == right.shape == (10, SIZE[1], SIZE[0], 3)
    # The upper right cell of the lower left quarter.
    assert np.abs(right - left)[:, 50:58, 50:62].mean() > 40
    assert images[:, :22].max() > 200  # letters


@pytest.mark.parametrize('turn', [90, 180, -90])
def test_rotated_files_come_out_upright(turn, tmp_path):
    write_clip(tmp_path / 'plain.mp4', duration=0.6, size=SIZE)
    tag_rotation(tmp_path / 'plain.mp4', tmp_path / 'turned.mp4', turn)
    write_overlay_video(tmp_path / 'turned.mp4', tmp_path / 'out.mp4', *UNIFORM)
    images, originals = (decode(tmp_path / name)[1] for name in ('out.mp4', 'plain.mp4'))
    upright = np.rot90(originals, turn // 90, axes=(1, 2))
    assert images.shape == upright.shape
    assert np.abs(images.astype(int) - upright).mean() < 4


def test_files_that_cannot_be_used(clip, tmp_path, monkeypatch):
    out = tmp_path / 'out.mp4'
    write_clip(tmp_path / 'mute.mp4', duration=0.5, audio=False)
    write_clip(tmp_path / 'blind.mp4', duration=0.5, video=False)
    write_clip(tmp_path / 'brief.mp4', duration=1.0, audio_duration=0.3)
    (tmp_path / 'garbage.mp4').write_bytes(b'not a video' * 100)
    for name, start, error, sentence in (
        ('mute.mp4', 0, NoAudioError, 'has no audio stream'),
        ('blind.mp4', 0, NoVideoError, 'has no video stream'),
        ('brief.mp4', 0.6, TooShortError, r'has no audio from 0\.600 s on'),
        ('garbage.mp4', 0, UnreadableMediaError, 'cannot be turned'),
        ('absent.mp4', 0, UnreadableMediaError, 'cannot be turned'),
        (clip.path, 8.0, TooShortError, r'has no frame from 8\.000 s on'),
    ):
        with pytest.raises(error, match=f'{name}: {sentence}'):
            write_overlay_video(tmp_path / name, out, *CORNER, start=start)
    monkeypatch.setitem(video_track.ENCODER_OPTIONS, 'preset', 'no such preset')
    with pytest.raises(UnreadableMediaError, match=r'overlay_source\.mp4: cannot be turned into'):
        write_overlay_video(clip.path, out, *CORNER)
    assert not list(tmp_path.glob('*out*')) and not list(tmp_path.glob('.*'))


def write_flat(path, size, codec, colour, space, **conversion):
    """Five frames of one colour in FFmpeg's colour space number ``space``, and 0.4 s of audio."""
    with av.open(str(path), 'w') as container:
        video = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = *size, conversion['format']
        audio = container.add_stream('pcm_s16le', rate=RATE, layout='mono')
        for index in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((*size[::-1], 3), colour, np.uint8))
            frame.colorspace = space
            frame = frame.reformat(**conversion)
            video.codec_context.colorspace = frame.colorspace
            video.codec_context.color_range = frame.color_range
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(np.full((1, 6400), 900, np.int16), 's16', 'mono')
        block.sample_rate, block.pts, block.time_base = RATE, 0, Fraction(1, RATE)
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))


def colour_space(path):
    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context.colorspace


@pytest.mark.parametrize(
    ('codec', 'pixel_format', 'space', 'levels', 'kept'),
    [
        ('ffv1', 'yuv420p', 1, 'MPEG', 1),
        ('ffv1', 'yuv420p', 5, 'MPEG', 6),
        ('ffv1', 'yuv420p', 6, 'MPEG', 6),
        ('ffv1', 'yuv444p', 9, 'MPEG', 9),
        ('ffv1', 'yuv420p10le', 1, 'MPEG', 1),
        ('ffv1', 'yuv420p', 2, 'MPEG', 2),
        ('mjpeg', 'yuvj420p', 6, 'JPEG', None),
        ('ffv1', 'bgr0', 2, None, 6),
    ],
)
def test_colours_and_colour_space_of_the_original_and_even_sizes(
    codec, pixel_format, space, levels, kept, tmp_path
):
    colour, source, out = (200, 60, 30), tmp_path / 'flat.mkv', tmp_path / 'out.mp4'
    # Odd ones without 4:2:0, of which FFmpeg leaves colours at the edge to chance.
    size = (65, 49) if pixel_format == 'bgr0' else SIZE
    write_flat(source, size, codec, colour, space, format=pixel_format, dst_color_range=levels)
    assert codec == 'mjpeg' or colour_space(source) == (2 if pixel_format == 'bgr0' else kept)
    write_overlay_video(source, out, *UNIFORM)
    assert kept in (None, colour_space(out))
    images = decode(out)[1]
    assert images.shape == (5, size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert np.abs(images.astype(int) - colour).max() < 8

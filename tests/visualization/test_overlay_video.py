from fractions import Fraction

import av
import media_factory
import numpy as np
import pytest

from mmav_coattn.errors import NoAudioError, NoVideoError, TooShortError, UnreadableMediaError
from mmav_coattn.visualization import video_track, write_overlay_video

SIZE = (128, 96)
EVENTS = (0.6, 1.32, 2.2)
#: Bits of the frame number that the overlay in the upper right corner leaves legible.
SEEN_BITS = 0b00111


def read_back(path):
    """Frame times, RGB frames, and the audio as (first time, samples (C, S), rate)."""
    with av.open(str(path)) as container:
        images = [(f.time, f.to_ndarray(format='rgb24')) for f in container.decode(video=0)]
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    times, images = zip(*images, strict=True)
    return np.array(times), np.stack(images), (frames[0].time, samples, frames[0].sample_rate)


def corner_attention(steps=8, start=0.0, duration=3.0):
    """All weight on the upper right of 4 x 4 cells."""
    attention = np.zeros((steps, 4, 4))
    attention[:, 0, 3] = 1
    return attention, start + (np.arange(steps) + 0.5) * duration / steps


@pytest.fixture(scope='module')
def clip(media_folder):
    return media_factory.write_clip(
        media_folder / 'overlay_source.mp4', duration=3.0, size=SIZE, events=EVENTS
    )


@pytest.fixture(scope='module')
def whole(clip, media_folder):
    out = media_folder / 'overlay_whole.mp4'
    assert write_overlay_video(clip.path, out, *corner_attention()) == out
    return read_back(out)


def test_all_frames_at_their_times_and_size(clip, whole):
    times, images, _ = whole
    assert images.shape == (75, SIZE[1], SIZE[0], 3)
    np.testing.assert_allclose(times, clip.frame_times, atol=1e-4)


def test_colour_where_the_attention_is_and_nowhere_else(clip, whole):
    _, images, _ = whole
    _, originals, _ = read_back(clip.path)
    difference = np.abs(images.astype(int) - originals).mean(axis=(0, 3))
    assert difference[:16, 112:].mean() > 40
    assert difference[48:, :64].mean() < 4  # recoding only
    assert [media_factory.is_flash(image) for image in images] == [
        media_factory.is_flash(image) for image in originals
    ]


def test_click_and_flash_coincide(whole):
    times, images, (first, samples, rate) = whole
    assert rate == 16000
    assert abs(media_factory.audio_lag(samples[0], first, rate)) < 1e-3
    flashes = times[[media_factory.is_flash(image) for image in images]]
    for event, flash in zip(EVENTS, flashes, strict=True):
        low = round((event - 0.1 - first) * rate)
        near = samples[0, low : low + round(0.2 * rate)]
        click = media_factory.click_time(near, first + low / rate, rate)
        assert click == pytest.approx(event, abs=1e-3)
        assert flash == pytest.approx(event, abs=0.02 + 1e-6)


@pytest.mark.parametrize('start', [0.48, 1.0])
def test_a_segment_begins_at_its_start(clip, tmp_path, start):
    out = tmp_path / 'segment.mp4'
    write_overlay_video(clip.path, out, *corner_attention(), start=start, duration=1.2)
    times, images, (first, samples, rate) = read_back(out)
    assert len(times) == 30
    np.testing.assert_allclose(times, np.arange(30) / 25, atol=1e-4)
    assert samples.shape[1] / rate == pytest.approx(1.2, abs=1024 / rate)
    assert abs(media_factory.audio_lag(samples[0], start + first, rate)) < 1e-3
    numbers = [media_factory.frame_number(image) & SEEN_BITS for image in images]
    first_frame = round(start * 25)
    assert numbers == [(first_frame + i) & SEEN_BITS for i in range(30)]


def test_variable_frame_rate_and_late_audio(tmp_path):
    steps = np.random.default_rng(0).uniform(0.02, 0.09, 40)
    frame_times = np.concatenate([[0], np.cumsum(steps)])
    clip = media_factory.write_clip(
        tmp_path / 'late.mp4',
        frame_times=frame_times,
        size=SIZE,
        sample_rate=44100,
        layout='stereo',
        audio_start=0.35,
        audio_duration=1.5,
    )
    write_overlay_video(clip.path, tmp_path / 'out.mp4', *corner_attention())
    times, _, (first, samples, rate) = read_back(tmp_path / 'out.mp4')
    np.testing.assert_allclose(times, clip.frame_times, atol=1e-4)
    assert (samples.shape[0], rate) == (2, 44100)
    late = round((0.4 - first) * rate)
    audio = samples.mean(axis=0)
    assert np.abs(audio[: late - round(0.1 * rate)]).max() < 0.01
    assert abs(media_factory.audio_lag(audio[late : late + rate], 0.4, rate)) < 1e-3


def write_flat(path, codec, colour, space, size=SIZE, **conversion):
    """Five frames of one colour in FFmpeg's colour space number ``space``, and 0.4 s of audio."""
    with av.open(str(path), 'w') as container:
        video = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = *size, conversion['format']
        audio = container.add_stream('pcm_s16le', rate=16000, layout='mono')
        image = np.full((*size[::-1], 3), colour, np.uint8)
        for index in range(5):
            frame = av.VideoFrame.from_ndarray(image)
            frame.colorspace = space
            frame = frame.reformat(**conversion)
            if index == 0:
                video.codec_context.colorspace = frame.colorspace
                video.codec_context.color_range = frame.color_range
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        block = av.AudioFrame.from_ndarray(np.full((1, 6400), 900, np.int16), 's16', 'mono')
        block.sample_rate, block.pts, block.time_base = 16000, 0, Fraction(1, 16000)
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))


def test_odd_sizes_get_one_more_row_or_column(tmp_path):
    write_flat(tmp_path / 'odd.mkv', 'ffv1', (60, 60, 60), 2, (65, 49), format='bgr0')
    uniform = np.full((2, 3, 3), 1 / 9)
    write_overlay_video(tmp_path / 'odd.mkv', tmp_path / 'out.mp4', uniform, [0.1, 0.3])
    _, images, _ = read_back(tmp_path / 'out.mp4')
    assert images.shape == (5, 50, 66, 3)
    assert np.abs(images.astype(int) - 60).max() < 8  # uniform attention leaves the frame alone


def test_box_side_by_side_and_caption(clip, tmp_path):
    out = tmp_path / 'new_folder' / 'side.mp4'
    attention, times = corner_attention()
    write_overlay_video(
        clip.path,
        out,
        attention,
        times,
        duration=0.4,
        caption='in sync: 0.93',
        box=(0.0, 0.5, 0.5, 1.0),
        side_by_side=True,
    )
    _, images, _ = read_back(out)
    assert images.shape == (10, SIZE[1], 2 * SIZE[0], 3)
    left, right = images[:, :, : SIZE[0]].astype(int), images[:, :, SIZE[0] :].astype(int)
    difference = np.abs(right - left).mean(axis=(0, 3))
    assert difference[50:58, 50:62].mean() > 40  # upper right cell of the lower left quarter
    assert difference[50:, 68:].mean() < 4
    assert images[:, :22].max() > 200  # letters


@pytest.mark.parametrize('turn', [90, 180, -90])
def test_rotated_files_come_out_upright(turn, tmp_path):
    clip = media_factory.write_clip(tmp_path / 'plain.mp4', duration=0.6, size=SIZE)
    turned = tmp_path / 'turned.mp4'
    media_factory.tag_rotation(clip.path, turned, turn)
    with av.open(str(turned)) as container:
        rotation = next(container.decode(video=0)).rotation
    assert abs(rotation) == abs(turn)
    write_overlay_video(turned, tmp_path / 'out.mp4', np.full((1, 2, 2), 0.25), [0.0])
    _, images, _ = read_back(tmp_path / 'out.mp4')
    _, originals, _ = read_back(clip.path)
    upright = np.rot90(originals, rotation // 90, axes=(1, 2))
    assert images.shape == upright.shape
    assert np.abs(images.astype(int) - upright).mean() < 4


def test_files_that_cannot_be_used(clip, tmp_path):
    out = tmp_path / 'out.mp4'
    mute = media_factory.write_clip(tmp_path / 'mute.mp4', duration=0.5, audio=False).path
    blind = media_factory.write_clip(tmp_path / 'blind.mp4', duration=0.5, video=False).path
    garbage = tmp_path / 'garbage.mp4'
    garbage.write_bytes(b'not a video' * 100)
    for path, error, start in (
        (mute, NoAudioError, 0),
        (blind, NoVideoError, 0),
        (garbage, UnreadableMediaError, 0),
        (tmp_path / 'absent.mp4', UnreadableMediaError, 0),
        (clip.path, TooShortError, 8.0),
    ):
        with pytest.raises(error, match=path.name):
            write_overlay_video(path, out, *corner_attention(), start=start)
    assert not list(tmp_path.glob('*out*')) and not list(tmp_path.glob('.*'))


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
def test_colours_and_colour_space_of_the_original(
    codec, pixel_format, space, levels, kept, tmp_path
):
    colour, source = (200, 60, 30), tmp_path / 'flat.mkv'
    conversion = dict(format=pixel_format, dst_color_range=levels)
    write_flat(source, codec, colour, space, **conversion)
    with av.open(str(source)) as container:
        assert codec == 'mjpeg' or container.streams.video[0].codec_context.colorspace == (
            2 if pixel_format == 'bgr0' else kept
        )
    write_overlay_video(source, tmp_path / 'out.mp4', np.full((1, 2, 2), 0.25), [0.0])
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert kept in (None, container.streams.video[0].codec_context.colorspace)
    _, images, _ = read_back(tmp_path / 'out.mp4')
    assert np.abs(images.astype(int) - colour).max() < 8


def test_what_the_encoder_refuses_is_a_sentence(clip, tmp_path, monkeypatch):
    monkeypatch.setitem(video_track.ENCODER_OPTIONS, 'preset', 'no such preset')
    out = tmp_path / 'refused.mp4'
    with pytest.raises(UnreadableMediaError, match=r'overlay_source\.mp4: cannot be turned into'):
        write_overlay_video(clip.path, out, *corner_attention())
    assert not list(tmp_path.iterdir())

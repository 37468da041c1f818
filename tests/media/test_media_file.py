import numpy as np
import pytest
import soxr
from media_factory import audio_lag, frame_number, linear_sound, write_clip

from mmav_coattn.errors import NoAudioError, NoVideoError, UnreadableMediaError
from mmav_coattn.media import MediaFile

_STEPS = np.random.default_rng(3).choice([0.02, 0.033, 0.06, 0.1], 60)
_VARIABLE = (np.cumsum(_STEPS) - _STEPS[0]).tolist()

# File name, what is written, and by how much the container itself moves both streams: MPEG-TS and
# fragmented MP4 start at the first decoding time, FLV has no time before 0 for the codec's priming.
CASES = {
    'late_audio.mp4': (dict(audio_start=0.7), 0),
    'late_picture_b_frames.mp4': (dict(video_start=0.5, b_frames=2), 0),
    'film.mp4': (dict(fps='24000/1001', b_frames=2, audio_codec='libmp3lame'), 0),
    'fast.mp4': (dict(fps='60000/1001', sample_rate=44100, layout='stereo'), 0),
    'variable.mkv': (dict(frame_times=_VARIABLE, b_frames=2, audio_start=0.31), 0),
    'surround_late.mkv': (dict(audio_start=0.7, fps=12.5, layout='5.1', sample_rate=48000), 0),
    'ac3.mkv': (dict(audio_codec='ac3', sample_rate=48000, layout='5.1'), 0),
    'opus.webm': (dict(video_codec='libvpx', audio_codec='libopus', sample_rate=48000), 0),
    'flac.ogv': (dict(video_codec='libvpx', audio_codec='flac', sample_rate=44100), 0),
    'h264_late_stamps.avi': (dict(audio_codec='pcm_s16le'), 0),
    'pcm8.avi': (dict(video_codec='mpeg4', audio_codec='pcm_s16le', sample_rate=8000), 0),
    'ends_apart.mkv': (dict(video_start=0.4, audio_duration=3.8, sample_rate=44100), 0),
    'aac.ts': (dict(b_frames=2, audio_duration=3.6, sample_rate=44100), 0.08),
    'fragmented.mp4': (dict(b_frames=2, options={'movflags': 'frag_keyframe+empty_moov'}), 0.08),
    'aac.flv': (dict(sample_rate=44100), 0.023),
}


@pytest.mark.parametrize('name', CASES)
def test_everything_comes_back_at_its_time(tmp_path, name):
    options, moved = CASES[name]
    truth = write_clip(tmp_path / name, duration=3.0, **options)
    starts, frame_end = truth.frame_times + moved, truth.frame_end + moved
    middles = (starts + np.append(starts[1:], frame_end)) / 2
    with MediaFile(truth.path) as media:
        video, audio = media.video_span, media.audio_span
        assert video[0] == pytest.approx(starts[0], abs=1e-3)
        # How long the last frame of a variable rate is shown, not every file says.
        last = starts[-1] if truth.path.stem == 'variable' else frame_end
        assert last - 2e-3 <= video[1] <= frame_end + 1e-3
        # Priming that a late or fragmented track does not hide: at most 64 ms, and the moved start.
        assert truth.audio_start - 0.0805 <= audio[0] - moved <= truth.audio_start + 2e-3
        assert truth.audio_end - 6e-3 <= audio[1] - moved <= truth.audio_end + 0.036
        begin, end = media.common_span
        assert (begin, end) == (max(video[0], audio[0]), min(video[1], audio[1]))

        for wanted in (list(range(len(middles) - 1)), [5], [17, 24, 30], [33, 3, 33]):
            images = media.read_frames(middles[wanted])
            assert [frame_number(image) for image in images] == wanted
        for start in (begin, begin + 0.013, 1.1, end - 0.5):
            window = media.read_audio(start, 0.5, 16000)
            assert window.shape == (8000,) and window.dtype == np.float32
            assert abs(audio_lag(window, start - moved, 16000)) <= 1e-3


def test_frame_changes_exactly_at_its_time_stamp(tmp_path):
    truth = write_clip(tmp_path / 'exact.mp4', fps=25, duration=1, b_frames=1)
    times = np.sort(np.concatenate([truth.frame_times - 1e-4, truth.frame_times]))[1:]
    with MediaFile(truth.path) as media:
        numbers = [frame_number(image) for image in media.read_frames(times)]
    assert numbers == [0] + [n for i in range(1, 25) for n in (i - 1, i)]


# AAC decoders substitute noise, which depends on what was decoded before: -70 dB here. Without
# enough audio before a window, the codec's transient reaches into it; without any margin, the
# resampler's does.
@pytest.mark.parametrize(
    ('suffix', 'codec', 'rate', 'tolerance'),
    [
        ('mkv', 'pcm_f32le', 16000, 1e-7),
        ('mov', 'pcm_f32le', 44100, 1e-5),
        ('mp4', 'aac', 44100, 1e-3),
        ('mp4', 'libmp3lame', 44100, 1e-4),
        ('mp4', 'libopus', 48000, 2e-3),
    ],
)
def test_windows_equal_slices_of_the_whole_track(tmp_path, suffix, codec, rate, tolerance):
    truth = write_clip(tmp_path / f'jump.{suffix}', audio_codec=codec, sample_rate=rate)
    wave, start, rate = linear_sound(truth.path)
    assert start == 0
    whole = soxr.resample(wave, rate, 16000)
    with MediaFile(truth.path) as media:
        for first in range(16000, 32000, 1111):
            window = media.read_audio(first / 16000, 0.5, 16000)
            assert np.abs(window - whole[first : first + 8000]).max() < tolerance


@pytest.mark.parametrize('b_frames', [0, 2])
def test_streamed_frames_are_those_read_by_time(media_folder, b_frames):
    path = media_folder / f'streamed_{b_frames}.mp4'
    stamps = np.cumsum(np.random.default_rng(3).uniform(0.02, 0.09, 60))
    write_clip(path, frame_times=stamps - stamps[0], b_frames=b_frames, gop=20)
    with MediaFile(path) as media:
        first, last = media.video_span
        times = np.sort(np.random.default_rng(4).uniform(first + 0.5, last, 150))
        streamed = np.stack(list(media.stream_frames(times)))
        np.testing.assert_array_equal(streamed, media.read_frames(times))
        with pytest.raises(ValueError, match='must not fall'):
            media.stream_frames([1.0, 0.9])


def test_streamed_picture_that_is_cut_off(tmp_path):
    whole, cut = tmp_path / 'whole.mkv', tmp_path / 'cut_off.mkv'
    write_clip(whole, duration=4.0, audio=False)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with MediaFile(cut) as media, MediaFile(whole) as other:
        media._spans = {0: other.video_span}  # as the header of the whole would have said
        frames = media.stream_frames(np.arange(0.02, 4.0, 0.04))
        with pytest.raises(UnreadableMediaError, match=r'cut_off\.mkv: .* at [12]\.\d+ s'):
            assert sum(1 for _ in frames)


def test_what_is_not_there_and_times_outside_the_file(tmp_path):
    mute = write_clip(tmp_path / 'mute.mp4', audio=False, duration=0.5)
    with MediaFile(mute.path) as media:
        assert media.has_video and not media.has_audio
        assert media.video_span == pytest.approx((0, 0.5), abs=0.03)
        with pytest.raises(NoAudioError, match=r'mute\.mp4: has no audio stream'):
            media.read_audio(0, 0.1, 16000)
        with pytest.raises(ValueError, match='the stream runs from'):
            media.read_frames([0.7])
        with pytest.raises(ValueError, match='No frame times'):
            media.read_frames([])
    blind = write_clip(tmp_path / 'blind.mp4', video=False, duration=0.5)
    media = MediaFile(blind.path)
    media.close()  # Nothing is open before something is asked for, and afterwards again.
    with media:
        with pytest.raises(NoVideoError, match=r'blind\.mp4: has no video'):
            _ = media.common_span
        assert abs(audio_lag(media.read_audio(0.1, 0.3, 16000), 0.1, 16000)) < 1e-4
        with pytest.raises(ValueError, match='the stream runs from'):
            media.read_audio(0.1, 0.5, 16000)
    write_clip(tmp_path / 'empty.mkv', duration=0.5, audio_duration=0.0, level=0.0)
    with pytest.raises(UnreadableMediaError, match=r'empty\.mkv: its audio holds no data'):
        _ = MediaFile(tmp_path / 'empty.mkv').common_span

import numpy as np
import pytest
from media_factory import audio_lag, frame_number, write_clip

from mmav_coattn.errors import ConfigError, MediaError, NoAudioError, UnreadableMediaError
from mmav_coattn.media import MediaFile
from mmav_coattn.preparation import transcode as module
from mmav_coattn.preparation.transcode import Encoding, is_prepared, transcode


@pytest.mark.parametrize(
    ('name', 'settings'),
    [
        ('late_audio.mp4', dict(audio_start=0.4, sample_rate=44100)),
        ('late_both.mkv', dict(video_start=1.3, audio_start=1.0)),
        ('stereo.mkv', dict(layout='stereo', audio_codec='pcm_s16le')),
        ('odd_rate.mkv', dict(audio_codec='flac', sample_rate=18900)),
        ('vfr.mkv', dict(frame_times=np.cumsum([0, *([0.03, 0.07] * 20)]))),
    ],
)
def test_video_and_audio_stay_where_they_are(tmp_path, name, settings):
    truth = write_clip(tmp_path / name, size=(160, 120), gop=250, duration=2.0, **settings)
    with MediaFile(tmp_path / name) as media:
        origin = min(media.video_span[0], media.audio_span[0])
    target = tmp_path / 'out' / 'small.mp4'
    result = transcode(tmp_path / name, target, Encoding(short_side=96))
    assert result['frames'] == len(truth.frame_times)
    with MediaFile(target) as media:
        times = truth.frame_times + 1e-3
        frames = media.read_frames(times - origin)
        assert frames.shape[1:3] == (96, 128)
        assert [frame_number(frame) for frame in frames] == list(range(len(times)))
        start = media.common_span[0] + 0.3
        wave = media.read_audio(start, 1.0, 16000)
        assert abs(audio_lag(wave, start + origin, 16000)) < 1.5e-3
        # MP4 of a late start shows up to two frames of an encoder's priming before the sound.
        assert -0.06 < media.audio_span[0] - (truth.audio_start - origin) < 5e-3
        # Short steps between keyframes: decoding may begin at every 16th frame.
        keys = [i for i, frame in enumerate(media.iter_frames()) if frame.key_frame]
        assert keys == list(range(0, len(times), 16))
    assert is_prepared(tmp_path / name, target)
    assert [path.name for path in target.parent.iterdir()] == ['small.mp4']


def test_holes_become_silence_on_the_clock(tmp_path):
    # Raw sound in Matroska keeps its holes; 12 s, so that a chunk ends inside.
    gap = dict(audio_codec='pcm_s16le', gap=(3.0, 3.9))
    write_clip(tmp_path / 'a.mkv', duration=12.0, fps=5, **gap)
    result = transcode(tmp_path / 'a.mkv', tmp_path / 'b.mp4', Encoding())
    with MediaFile(tmp_path / 'b.mp4') as media:
        wave = media.read_audio(0.0, 11.9, 16000)
        assert abs(audio_lag(media.read_audio(9.5, 1.0, 16000), 9.5, 16000)) < 1e-3
    silent = np.abs(wave) < 1e-3
    runs = np.flatnonzero(np.convolve(silent, np.ones(800), 'valid') == 800)
    assert result['hole'] == pytest.approx(1.0, abs=0.25)
    assert (runs[-1] - runs[0] + 800) / 16000 == pytest.approx(result['hole'], abs=0.02)


def test_a_bad_source_leaves_a_good_target_alone(tmp_path, monkeypatch):
    good, mute, broken, target = (
        tmp_path / f'{name}.mp4' for name in ('good', 'mute', 'broken', 'target')
    )
    write_clip(good, duration=1.0)
    assert not is_prepared(good, target)
    transcode(good, target, Encoding())
    before = target.read_bytes()
    write_clip(mute, duration=1.0, audio=False)
    broken.write_bytes(before[: len(before) // 2])
    for path, error in ((mute, NoAudioError), (broken, MediaError)):
        with pytest.raises(error):
            transcode(path, target, Encoding())
    # An encoder that loses its last frames without a word is found out.
    complete = module._encode_video
    monkeypatch.setattr(module, '_encode_video', lambda *args: complete(*args) + 1)
    with pytest.raises(UnreadableMediaError, match='26 frames were encoded, but 25 can be read'):
        transcode(good, target, Encoding())
    assert target.read_bytes() == before
    assert not list(tmp_path.glob('.*'))
    # What is damaged or shorter than its source is not prepared yet.
    assert is_prepared(good, target) and not is_prepared(good, broken)
    write_clip(tmp_path / 'longer.mp4', duration=2.0)
    assert not is_prepared(tmp_path / 'longer.mp4', target)


@pytest.mark.parametrize('settings', [dict(short_side=0), dict(crf=52)])
def test_bad_settings(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        Encoding(**settings)

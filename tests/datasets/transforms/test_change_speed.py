"""Both streams of a real file, read at another speed, against the formula of their time."""

from types import SimpleNamespace

import numpy as np
import pytest
from media_factory import audio_lag, frame_number, write_clip

from mmav_coattn.datasets.transforms import ChangeSpeed, SampleSyncWindows
from mmav_coattn.errors import ConfigError
from mmav_coattn.media import MediaFile


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp('speed') / 'clip.mp4', duration=4.0, fps=25)


@pytest.mark.parametrize('speed', [0.8, 1.25])
def test_streams_stay_together(clip, speed):
    media = ChangeSpeed((speed, speed))(dict(media=MediaFile(clip.path)))['media']
    with MediaFile(clip.path) as own:
        begin, end = own.common_span
        assert media.common_span == pytest.approx((begin / speed, end / speed))
    # What is seen and heard at second 1 of the changed file is that of second `speed`.
    frames = media.read_frames([1.0 + 0.01])
    assert frame_number(frames[0]) == clip.frame_at((1.0 + 0.01) * speed)
    rate = int(np.ceil(16000 / speed))
    wave = media.read_audio(1.0, 0.8, 16000)
    assert wave.shape == (12800,)
    assert abs(audio_lag(wave, speed, rate)) < 0.001
    media.close()


def test_all_of_the_file_can_be_read(clip):
    for speed in np.linspace(0.75, 1.3, 12):
        media = ChangeSpeed((speed, speed))(dict(media=MediaFile(clip.path)))['media']
        begin, end = media.common_span
        assert len(media.read_audio(begin, end - begin, 16000)) == round(16000 * (end - begin))
        media.close()


def test_windows_lie_in_the_changed_time(clip):
    results = ChangeSpeed((2.0, 2.0))(dict(media=MediaFile(clip.path)))
    out = SampleSyncWindows(clip_seconds=0.8, num_negatives=1, audio_seconds=1.6)(results)
    assert out['audio_start'] + 1.6 <= 2.0 + 1e-6  # of 4 s


def test_speeds_are_drawn_between_the_bounds():
    drawn = [ChangeSpeed()(dict(media=SimpleNamespace(path='')))['media'].speed for _ in range(50)]
    assert 0.75 <= min(drawn) < 0.85 and 1.15 < max(drawn) <= 1.3
    with pytest.raises(ConfigError, match='two rising numbers'):
        ChangeSpeed((1.2, 0.8))

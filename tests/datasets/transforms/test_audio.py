"""Waveforms of all windows at their times; silence is refused, for all windows alike."""

import numpy as np
import pytest
from media_factory import audio_lag, write_clip

from mmav_coattn.datasets.transforms import LoadAudio
from mmav_coattn.datasets.transforms.audio import level_dbfs
from mmav_coattn.errors import ConfigError, SilentAudioError
from mmav_coattn.media import MediaFile


def load(truth, starts, **settings):
    results = dict(media=MediaFile(truth.path), window_starts=np.array(starts), clip_seconds=0.8)
    return LoadAudio(**settings)(results)


def test_level():
    assert level_dbfs(np.full(100, 0.1)) == pytest.approx(-20)
    assert level_dbfs(np.stack([np.zeros(10), np.ones(10)])).tolist() == [-np.inf, 0]


@pytest.mark.parametrize('sample_rate', [16000, 24000])
def test_each_window_at_its_time(media_folder, sample_rate):
    truth = write_clip(media_folder / 'windows.mp4', sample_rate=44100, audio_start=0.2)
    starts = [1.9, 0.4, 3.2]
    out = load(truth, starts, sample_rate=sample_rate)
    assert out['audios'].shape == (3, round(0.8 * sample_rate))
    assert out['audios'].dtype == np.float32 and out['sample_rate'] == sample_rate
    for start, wave in zip(starts, out['audios'], strict=True):
        assert abs(audio_lag(wave, start, sample_rate)) <= 1e-3
    assert level_dbfs(out['audios']) == pytest.approx(20 * np.log10(0.05), abs=0.5)


def test_silence(media_folder):
    silent = write_clip(media_folder / 'silent.mp4', level=0.0, duration=2.0)
    for min_level in (-70, None):
        with pytest.raises(
            SilentAudioError, match=r'silent\.mp4: is silent from 0\.200 to 1\.900 s \(digital'
        ):
            load(silent, [0.2, 1.1], min_level=min_level)
    quiet = write_clip(
        media_folder / 'quiet.mkv', level=1e-3, duration=2.0, audio_codec='pcm_s16le'
    )
    assert load(quiet, [0.2, 1.1])['audios'].any()
    with pytest.raises(SilentAudioError, match=r'\(-60\.\d dBFS at most\)'):
        load(quiet, [0.2, 1.1], min_level=-50)


def test_one_silent_window_is_no_silence_wherever_it_stands():
    class HalfSilent:
        path = 'half.mp4'

        def read_audio_windows(self, starts, duration, sample_rate):
            waves = np.zeros((len(starts), 10), np.float32)
            waves[np.asarray(starts) > 1] = 0.1
            return waves

    for starts in ([0.5, 2.0], [2.0, 0.5]):  # the in-sync window silent, and the other one
        results = dict(media=HalfSilent(), window_starts=np.array(starts), clip_seconds=0.1)
        assert LoadAudio()(results)['audios'].any()


def test_bad_settings():
    with pytest.raises(ConfigError, match='sample_rate=0'):
        LoadAudio(sample_rate=0)
    with pytest.raises(ConfigError, match='min_level=3'):
        LoadAudio(min_level=3)

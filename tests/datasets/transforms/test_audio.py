"""The waveform of the segment at its time; a silent segment is refused."""

import numpy as np
import pytest
from media_factory import audio_lag, write_clip

from mmav_coattn.datasets.transforms import LoadAudio
from mmav_coattn.datasets.transforms.audio import level_dbfs
from mmav_coattn.errors import ConfigError, SilentAudioError
from mmav_coattn.media import MediaFile


def load(truth, start, seconds, **settings):
    results = dict(media=MediaFile(truth.path), audio_start=start, audio_seconds=seconds)
    return LoadAudio(**settings)(results)


def test_level():
    assert level_dbfs(np.full(100, 0.1)) == pytest.approx(-20)
    assert level_dbfs(np.stack([np.zeros(10), np.ones(10)])).tolist() == [-np.inf, 0]


@pytest.mark.parametrize('sample_rate', [16000, 24000])
@pytest.mark.parametrize('start', [0.4, 1.9])
def test_the_segment_lies_at_its_time(media_folder, sample_rate, start):
    truth = write_clip(media_folder / 'segment.mp4', sample_rate=44100, audio_start=0.2)
    out = load(truth, start, 1.7, sample_rate=sample_rate)
    assert out['audio'].shape == (round(1.7 * sample_rate),)
    assert out['audio'].dtype == np.float32 and out['sample_rate'] == sample_rate
    # At its beginning and at its end.
    for first in (0.0, 0.9):
        part = out['audio'][round(first * sample_rate) :][: round(0.8 * sample_rate)]
        assert abs(audio_lag(part, start + first, sample_rate)) <= 1e-3
    assert level_dbfs(out['audio']) == pytest.approx(20 * np.log10(0.05), abs=0.5)


def test_silence(media_folder):
    silent = write_clip(media_folder / 'silent.mp4', level=0.0, duration=2.0)
    for min_level in (-70, None):
        with pytest.raises(
            SilentAudioError, match=r'silent\.mp4: is silent from 0\.200 to 1\.900 s \(digital'
        ):
            load(silent, 0.2, 1.7, min_level=min_level)
    quiet = write_clip(
        media_folder / 'quiet.mkv', level=1e-3, duration=2.0, audio_codec='pcm_s16le'
    )
    assert load(quiet, 0.2, 1.7)['audio'].any()
    with pytest.raises(SilentAudioError, match=r'\(-60\.\d dBFS\)'):
        load(quiet, 0.2, 1.7, min_level=-50)
    # Silence that the test set wants.
    results = dict(media=MediaFile(silent.path), audio_start=0.0, audio_seconds=0.5)
    assert not LoadAudio()(dict(results, silent_kind='extended'))['audio'].any()
    with pytest.raises(SilentAudioError):
        LoadAudio()(dict(results, silent_kind='noise'))


def test_a_segment_with_a_silent_half_is_not_silent():
    class HalfSilent:
        path = 'half.mp4'

        def read_audio(self, start, seconds, sample_rate):
            wave = np.zeros(100, np.float32)
            wave[50:] = 0.1
            return wave

    results = dict(media=HalfSilent(), audio_start=0.5, audio_seconds=0.1)
    assert LoadAudio()(results)['audio'].any()
    with pytest.raises(ConfigError, match='sample_rate=0'):
        LoadAudio(sample_rate=0)

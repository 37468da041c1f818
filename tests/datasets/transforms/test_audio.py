import numpy as np
import pytest
from media_factory import audio_lag, write_clip

from mmav_coattn.datasets.transforms import LoadAudio
from mmav_coattn.datasets.transforms.audio import level_dbfs
from mmav_coattn.errors import SilentAudioError
from mmav_coattn.media import MediaFile


def load(truth, start, seconds, silent_kind=None, **settings):
    results = dict(media=MediaFile(truth.path), audio_start=start, audio_seconds=seconds)
    return LoadAudio(**settings)(dict(results, silent_kind=silent_kind))


@pytest.mark.parametrize('sample_rate', [16000, 24000])
def test_the_segment_lies_at_its_time(media_folder, sample_rate):
    truth = write_clip(media_folder / 'segment.mp4', sample_rate=44100, audio_start=0.2)
    out = load(truth, 1.9, 1.7, sample_rate=sample_rate)
    assert out['audio'].shape == (round(1.7 * sample_rate),)
    assert out['audio'].dtype == np.float32 and out['sample_rate'] == sample_rate
    # At its beginning and at its end.
    for first in (0.0, 0.9):
        part = out['audio'][round(first * sample_rate) :][: round(0.8 * sample_rate)]
        assert abs(audio_lag(part, 1.9 + first, sample_rate)) <= 1e-3
    assert level_dbfs(out['audio']) == pytest.approx(20 * np.log10(0.05), abs=0.5)


def test_silence(media_folder):
    silent = write_clip(media_folder / 'silent.mp4', level=0.0, duration=2.0)
    quiet = media_folder / 'quiet.mkv'
    quiet = write_clip(quiet, level=1e-3, duration=2.0, audio_codec='pcm_s16le')
    digital = r'silent\.mp4: is silent from 0\.200 to 1\.900 s \(digital silence\)'
    for truth, settings, message in (
        (silent, {}, digital),
        (silent, dict(min_level=None), digital),
        (silent, dict(silent_kind='noise'), digital),
        (quiet, dict(min_level=-50), r'\(-60\.\d dBFS\)'),
    ):
        with pytest.raises(SilentAudioError, match=message):
            load(truth, 0.2, 1.7, **settings)
    assert load(quiet, 0.2, 1.7)['audio'].any()
    # Silence that the test set wants.
    assert not load(silent, 0.0, 0.5, silent_kind='extended')['audio'].any()
    # Half of a segment is not all of it.
    half = write_clip(media_folder / 'half.mkv', audio_codec='pcm_s16le', events=(0.2,), level=1e-5)
    assert load(half, 0.0, 1.0)['audio'].any()

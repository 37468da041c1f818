import pytest
from media_factory import write_clip

from mmav_coattn.datasets.transforms import LoadAudio
from mmav_coattn.errors import SilentAudioError
from mmav_coattn.media import MediaFile


def load(truth, start, seconds, silent_kind=None, **settings):
    results = dict(media=MediaFile(truth.path), audio_start=start, audio_seconds=seconds)
    return LoadAudio(**settings)(dict(results, silent_kind=silent_kind))


def test_silence(media_folder):
    silent = write_clip(media_folder / 'silent.mp4', level=0.0, duration=2.0)
    quiet = write_clip(media_folder / 'quiet.mkv', level=1e-3, duration=2, audio_codec='pcm_s16le')
    digital = r'silent\.mp4: is silent from 0\.200 to 1\.900 s \(digital silence\)'
    for truth, settings, message in (
        (silent, {}, digital),
        (silent, dict(min_level=None), digital),
        (silent, dict(silent_kind='noise'), digital),
        (quiet, dict(min_level=-50), r'\(-60\.\d dBFS\)'),
    ):
        with pytest.raises(SilentAudioError, match=message):
            load(truth, 0.2, 1.7, **settings)
    assert load(quiet, 0.2, 1.7, min_level=None) and load(quiet, 0.2, 1.7)['audio'].any()
    # Silence that the test set wants.
    assert not load(silent, 0.0, 0.5, silent_kind='extended')['audio'].any()
    # Half of a segment is not all of it.
    half = write_clip(media_folder / 'half.mkv', audio_codec='pcm_s16le', events=(0.2,), level=1e-5)
    assert load(half, 0.0, 1.0)['audio'].any()

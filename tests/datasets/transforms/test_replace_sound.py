import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.datasets.transforms import ReplaceSound
from mmav_coattn.media import MediaFile


def clip(**changes):
    wave = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    return dict(
        audio=wave,
        sample_rate=16000,
        audio_start=0.5,
        audio_seconds=1.0,
        relpath='a.mp4',
        **changes,
    )


def test_own_sound_and_silence():
    results = clip()
    assert ReplaceSound().transform(dict(results))['audio'] is results['audio']
    assert not ReplaceSound().transform(clip(silent_kind='silence'))['audio'].any()


def test_noise_has_the_level_that_is_asked_for_and_follows_the_file():
    own = clip()['audio']
    noise = ReplaceSound().transform(clip(silent_kind='noise'))['audio']
    level = 20 * np.log10(np.sqrt((noise**2).mean() / (own**2).mean()))
    assert level == pytest.approx(-34, abs=1e-3) and noise.dtype == np.float32
    again = ReplaceSound().transform(clip(silent_kind='noise'))['audio']
    assert (noise == again).all()
    other = clip(silent_kind='noise') | dict(relpath='b.mp4')
    assert (noise != ReplaceSound().transform(other)['audio']).any()
    # Low-passed: neighbouring samples resemble each other.
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.8, abs=0.03)


def test_off_screen_sound_is_that_of_the_other_file(tmp_path):
    path = tmp_path / 'other.mkv'
    write_clip(path, duration=2.0, audio_codec='pcm_s16le')
    results = clip(silent_kind='off_screen', other_filename=str(path))
    heard = ReplaceSound().transform(results)['audio']
    with MediaFile(path) as media:
        expected = media.read_audio(0.5, 1.0, 16000)
    np.testing.assert_array_equal(heard, expected)
    # A file that ends earlier is read from where it still reaches.
    results = clip(silent_kind='off_screen', other_filename=str(path))
    results['audio_start'] = 1.7
    with MediaFile(path) as media:
        expected = media.read_audio(1.0, 1.0, 16000)
    np.testing.assert_allclose(ReplaceSound().transform(results)['audio'], expected, atol=1e-6)

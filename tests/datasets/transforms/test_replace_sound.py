import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.datasets.transforms import ReplaceSound
from mmav_coattn.errors import TooShortError
from mmav_coattn.media import MediaFile

OWN = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)


def replaced(kind, **changes):
    """The audio in the place of a clip's own."""
    times = dict(sample_rate=16000, audio_start=0.5, audio_seconds=1.0, relpath='a.mp4')
    return ReplaceSound()(dict(audio=OWN, silent_kind=kind) | times | changes)['audio']


def test_own_sound_silence_and_noise_of_the_level_that_follows_the_file():
    assert replaced(None) is OWN and not replaced('silence').any()
    noise = replaced('noise')
    level = 20 * np.log10(np.sqrt((noise**2).mean() / (OWN**2).mean()))
    assert level == pytest.approx(-34, abs=1e-3) and noise.dtype == np.float32
    assert (noise == replaced('noise')).all()
    assert (noise != replaced('noise', relpath='b.mp4')).any()
    # Low-passed: neighbouring samples resemble each other.
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.8, abs=0.03)


def test_off_screen_sound_is_that_of_the_other_file(tmp_path):
    path = tmp_path / 'other.mkv'
    write_clip(path, duration=2.0, audio_start=0.3, audio_codec='pcm_s16le')
    # A file that begins later or ends earlier is read from where it reaches.
    for start, read in ((0.1, 0.3), (0.5, 0.5), (1.7, 1.3)):
        heard = replaced('off_screen', other_filename=str(path), audio_start=start)
        with MediaFile(path) as media:
            expected = media.read_audio(read, 1.0, 16000)
        np.testing.assert_allclose(heard, expected, atol=1e-6)
    with pytest.raises(TooShortError, match=r'other\.mkv: has 2\.000 s of audio, .* 2\.500 s'):
        replaced('off_screen', other_filename=str(path), audio_seconds=2.5)

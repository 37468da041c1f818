import numpy as np
import pytest

from mmav_coattn.datasets.transforms import AugmentAudio

PLAIN = dict(gain=0, equalisation=0, reverberation=0, noise=0)
RATE = 16000
TONE = 0.1 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)


def augment(audio, seed=0, **settings):
    np.random.seed(seed)
    results = dict(audio=audio.astype(np.float32), sample_rate=RATE)
    out = AugmentAudio(**{**PLAIN, **settings})(results)['audio']
    assert out.shape == audio.shape and out.dtype == np.float32
    return out


def rms(wave):
    return np.sqrt(np.mean(np.square(wave, dtype=float)))


def test_gain():
    assert augment(TONE) == pytest.approx(TONE, abs=1e-6)  # nothing to change
    levels = [20 * np.log10(rms(augment(TONE, seed, gain=12)) / rms(TONE)) for seed in range(40)]
    assert -12 <= min(levels) < -8 and 8 < max(levels) <= 12


def test_direct_sound_keeps_its_time():
    click = np.zeros(RATE)
    click[5000] = 1.0
    for seed in range(5):
        wet = augment(click, seed, reverberation=1, decay=(0.3, 0.3))
        assert np.argmax(np.abs(wet)) == 5000
        late = augment(np.roll(click, 10999), seed, reverberation=1)  # whose tail has no room
        assert np.abs([wet[:5000], late[:5000]]).max() < 1e-3 * np.abs(wet[5000])
        # By 60 dB in the reverberation time: by some 30 in half of it.
        early, late = rms(wet[5010:5410]), rms(wet[5000 + 2400 : 5000 + 2800])
        assert 20 < 20 * np.log10(early / late) < 36


def test_noise_has_its_level_and_the_equaliser_keeps_it():
    for seed in range(5):
        noisy = augment(TONE, seed, noise=1, noise_db=(-20, -20))
        tone = np.fft.rfft(noisy) / np.fft.rfft(TONE)[880]
        added = np.fft.rfft(noisy)
        added[880] = 0
        share = rms(np.fft.irfft(added)) / (abs(tone[880]) * rms(TONE))
        assert 20 * np.log10(share) == pytest.approx(-20, abs=1.5)
    noise = 0.1 * np.random.default_rng(0).standard_normal(2 * RATE)
    changed = augment(noise, 1, equalisation=9)
    assert rms(changed) == pytest.approx(rms(noise), rel=1e-3)
    ratio = np.abs(np.fft.rfft(changed)) / np.abs(np.fft.rfft(noise))
    bands = [20 * np.log10(np.median(ratio[a : 2 * a])) for a in (200, 800, 3200, 8000)]
    assert max(bands) - min(bands) > 4


def test_silence_stays_finite_and_the_seed_of_numpy_decides():
    settings = dict(gain=12, equalisation=6, reverberation=1, noise=1)
    out = augment(np.zeros(RATE), **settings)
    assert np.isfinite(out).all() and np.abs(out).max() < 1e-3
    assert np.array_equal(augment(TONE, 3, **settings), augment(TONE, 3, **settings))
    assert not np.array_equal(augment(TONE, 3, **settings), augment(TONE, 4, **settings))

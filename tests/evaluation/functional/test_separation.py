import numpy as np
import pytest
import torch

from mmav_coattn.evaluation.functional.separation import MelMasking, si_sdr
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram

MASKING = dict(sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=64)


def test_si_sdr_by_hand():
    reference = np.array([1.0, -1, 1, -1])
    noise = np.array([1.0, 1, -1, -1])  # at a right angle to it
    # Power of the signal 4 * 4, of the noise 0.25 * 4; gain and offset do not matter.
    expected = 10 * np.log10(16 / 1)
    assert si_sdr(2 * reference + 0.5 * noise, reference) == pytest.approx(expected)
    assert si_sdr(7 + 20 * reference + 5 * noise, 2 + 3 * reference) == pytest.approx(expected)
    # A copy is as good as double precision allows; noise alone is as bad.
    assert si_sdr(reference, reference) > 120 and si_sdr(noise, reference) < -120


def test_oracle_separates_tones():
    times = np.arange(16000) / 16000
    tones = np.array([np.sin(2 * np.pi * hz * times) for hz in (300, 3000)])
    masking = MelMasking(**MASKING)
    masks = masking.oracle(tones)
    # Of the power that the network hears.
    powers = LogMelSpectrogram(**MASKING).power(torch.from_numpy(tones)).numpy()
    loud = powers.sum(axis=0) > 1e-2
    shares = powers / powers.sum(axis=0)
    np.testing.assert_allclose(masks[:, loud] ** 2, shares[:, loud], atol=1e-3)
    for mask, solo in zip(masks, tones, strict=True):
        np.testing.assert_allclose(masking.apply(solo, np.ones_like(mask)), solo, atol=0.03)
        assert abs(si_sdr(tones.sum(axis=0), solo)) < 0.1
        assert si_sdr(masking.apply(tones.sum(axis=0), mask), solo) > 15

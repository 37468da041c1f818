"""Mel filters against librosa's."""

import librosa
import numpy as np
import pytest

from mmav_coattn.models.data_preprocessors.mel_filters import hz_to_mel, mel_filters, mel_to_hz


@pytest.mark.parametrize(
    ('sample_rate', 'n_fft', 'n_mels', 'f_min', 'f_max'),
    [(16000, 512, 64, 0, 8000), (44100, 2048, 128, 125, 7500), (8000, 256, 20, 50, 4000)],
)
def test_equal_to_librosa(sample_rate, n_fft, n_mels, f_min, f_max):
    ours = mel_filters(sample_rate, n_fft, n_mels, f_min, f_max)
    reference = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max
    )
    assert ours.dtype == np.float32 and ours.shape == reference.shape
    np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-9)


def test_scale():
    hz = np.array([0.0, 200 / 3, 1000.0, 6400.0])
    np.testing.assert_allclose(hz_to_mel(hz), [0, 1, 15, 42])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz)), hz, atol=1e-9)

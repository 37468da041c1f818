import librosa
import numpy as np
import pytest
import torch

from mmav_coattn.deployment.sync_graph import MatrixLogMel
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram


@pytest.mark.parametrize('n_fft, window, hop, n_mels', [(512, 400, 160, 64), (1024, 1024, 256, 80)])
def test_equals_librosa(n_fft, window, hop, n_mels):
    rng = np.random.default_rng(0)
    seconds = np.arange(20000) / 16000
    wave = 0.3 * np.sin(2 * np.pi * (200 + 800 * seconds) * seconds) + 0.01 * rng.normal(size=20000)
    wave = wave.astype(np.float32)
    expected = librosa.feature.melspectrogram(
        y=wave, sr=16000, n_fft=n_fft, win_length=window, hop_length=hop, n_mels=n_mels
    )
    log_mel = LogMelSpectrogram(16000, n_fft, window, hop, n_mels)
    assert log_mel.frame_seconds == hop / 16000
    ours = log_mel(torch.from_numpy(wave)).numpy()
    assert ours.shape == expected.shape == (n_mels, 1 + 20000 // hop)
    np.testing.assert_allclose(ours, np.log(expected + 1e-6), atol=1e-4)


def test_normalisation_and_leading_shape():
    waves = torch.randn(2, 3, 1600)
    plain, normalise = LogMelSpectrogram()(waves), LogMelSpectrogram(mean=-5.0, std=4.0)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        scaled = normalise(waves)
    assert plain.shape == (2, 3, 64, 11) and scaled.dtype == torch.float32
    torch.testing.assert_close(scaled, (plain + 5) / 4)
    torch.testing.assert_close(normalise.to_power(scaled), normalise.power(waves))


@pytest.mark.parametrize('settings', [{}, dict(n_fft=1024, win_length=401, hop_length=123)])
def test_the_exported_convolution_is_the_same(settings):
    log_mel = LogMelSpectrogram(mean=-5.0, std=4.0, **settings)
    waveforms = torch.randn(3, 4000) * torch.tensor([1.0, 1e-3, 0.0])[:, None]
    wanted, found = log_mel(waveforms), MatrixLogMel(log_mel)(waveforms)
    assert found.shape == wanted.shape == (3, 64, 1 + 4000 // log_mel.hop_length)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)

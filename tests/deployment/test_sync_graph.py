"""The spectrogram that is exported is that of the network; test_onnx_export.py has the rest."""

import pytest
import torch

from mmav_coattn.deployment.sync_graph import MatrixLogMel
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram


@pytest.mark.parametrize('settings', [{}, dict(n_fft=1024, win_length=401, hop_length=123)])
def test_log_mel_by_convolution(settings):
    log_mel = LogMelSpectrogram(mean=-5.0, std=4.0, **settings)
    waveforms = torch.randn(3, 4000, generator=torch.Generator().manual_seed(0))
    waveforms *= torch.tensor([1.0, 1e-3, 0.0])[:, None]
    wanted, found = log_mel(waveforms), MatrixLogMel(log_mel)(waveforms)
    assert found.shape == wanted.shape == (3, 64, 1 + 4000 // log_mel.hop_length)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)

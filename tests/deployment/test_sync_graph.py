"""The graph that is exported gives what the network gives."""

import pytest
import torch
from small_inferencer import build

from mmav_coattn.deployment import SyncGraph
from mmav_coattn.deployment.onnx_export import example_batch
from mmav_coattn.deployment.sync_graph import MatrixLogMel
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram


@torch.no_grad()
def test_the_graph_is_the_network_and_leaves_it_alone():
    inferencer = build()
    frames, waveforms = example_batch(inferencer, 3)
    assert frames.shape == (3, 3, 8, 24, 32) and waveforms.shape == (3, 12800)
    graph = SyncGraph(inferencer.model)
    assert isinstance(inferencer.model.data_preprocessor.log_mel, LogMelSpectrogram)
    logits, attention = graph(frames, waveforms)
    inputs = inferencer.model.data_preprocessor.preprocess(frames, waveforms)
    features, _ = inferencer.model.extract_feat(inputs)
    wanted = inferencer.model.cls_head.predict(features)
    assert logits.shape == (3,) and wanted.std() > 1e-3
    torch.testing.assert_close(logits, wanted[:, 0], atol=1e-4, rtol=0)
    assert attention.shape == (3, 3, 4)
    torch.testing.assert_close(attention, features.weights.sum(-1)[:, 0].view(3, 3, 4))


@pytest.mark.parametrize('settings', [{}, dict(n_fft=1024, win_length=401, hop_length=123)])
def test_log_mel_by_convolution(settings):
    log_mel = LogMelSpectrogram(mean=-5.0, std=4.0, **settings)
    waveforms = torch.randn(3, 4000, generator=torch.Generator().manual_seed(0))
    waveforms *= torch.tensor([1.0, 1e-3, 0.0])[:, None]
    wanted, found = log_mel(waveforms), MatrixLogMel(log_mel)(waveforms)
    assert found.shape == wanted.shape == (3, 64, 1 + 4000 // log_mel.hop_length)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)

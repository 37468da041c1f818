import pytest
import torch

from mmav_coattn.models.recognizers.early_fusion_recognizer import cut_windows
from tests.models.backbones.test_early_fusion_net import SMALL
from tests.models.tiny import batch, build, run


@pytest.fixture
def model():
    parts = dict(backbone=dict(type='EarlyFusionNet', **SMALL), neck=None)
    parts['cls_head'] = dict(type='FusedHead', in_channels=32)
    test_cfg = dict(blind_controls=True, return_map=True)
    model = build(dict(parts, type='EarlyFusionRecognizer', test_cfg=test_cfg)).eval()
    torch.nn.init.normal_(model.cls_head.classify.weight)
    return model


def test_windows_are_cut_by_their_times():
    audio = torch.stack([torch.arange(100.0), torch.arange(100.0, 200.0)])
    starts = torch.tensor([[0.0, 0.301], [0.7, 0.29999]])
    windows = cut_windows(audio, starts, 0.3, 100)
    assert windows.shape == (2, 2, 30)
    expected = torch.tensor([[0.0, 30], [170, 130]])[..., None] + torch.arange(30)
    torch.testing.assert_close(windows, expected)
    # A window that ends a rounding behind the segment repeats its last sample.
    late = cut_windows(audio, torch.tensor([[0.71], [0.71]]), 0.3, 100)
    assert late[0, 0, -2:].tolist() == [99, 99]


@torch.no_grad()
def test_predicts_with_controls_and_map_and_names_the_unusable(model):
    samples = run(model, batch(3, 2, unusable=(1,)), 'predict')
    assert 'sync_scores' not in samples[1]
    scores = samples[0].sync_scores
    assert scores.shape == (3,) and scores.std() > 0
    # Without audio all windows of a clip are one.
    assert samples[0].sync_scores_audio_blank.std() < 1e-6
    assert samples[0].sync_scores_video_blank.std() > 0
    sound_map = samples[0].sound_map
    torch.testing.assert_close(sound_map.sum(dim=(-2, -1)), torch.ones(sound_map.shape[:2]))
    # Pairs are judged apart.
    data = batch(3, 2, unusable=(1,))
    data['inputs']['audio_starts'][0] = data['inputs']['audio_starts'][0][[2, 0, 1]]
    torch.testing.assert_close(run(model, data, 'tensor')[0], scores[[2, 0, 1]])


def test_losses_reach_every_weight(model):
    model.train()
    losses = run(model, batch(2, 2), 'loss')
    assert losses.keys() == {'loss_sync', 'sync_accuracy'}
    losses['loss_sync'].backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []

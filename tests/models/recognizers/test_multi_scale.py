"""A visual tower that hands on two stages, through all that reads its features."""

import copy

import numpy as np
import pytest
import torch
from models.tiny import AUDIO, VISUAL, recognizer

from mmav_coattn.apis.sync_estimator import _score
from mmav_coattn.localization import build_map_source
from mmav_coattn.visual_stages import map_stages

NECK = dict(type='CoAttentionNeck', in_channels=((8, 16), 16), embed_dims=16, num_heads=2)


@pytest.fixture(scope='module')
def model():
    torch.manual_seed(0)
    visual = dict(VISUAL, out_indices=(0, 1))
    contrast = dict(type='TimeContrast', edge=1, min_steps=1)
    model = recognizer(
        backbone=dict(type='AudioVisualBackbone', visual=visual, audio=AUDIO, multi_scale=True),
        neck=NECK,
        cls_head=dict(type='SyncHead', in_channels=16, time_contrast=contrast),
    ).eval()
    torch.nn.init.normal_(model.cls_head.classify.weight)
    return model


@pytest.fixture
def inputs():
    torch.manual_seed(1)
    frames = torch.randint(0, 256, (2, 3, 8, 32, 48), dtype=torch.uint8)
    imgs = (frames.float() - 128) / 64
    return dict(imgs=imgs, log_mels=torch.randn(2, 3, 64, 51), clip_seconds=0.5, frames=frames)


@torch.no_grad()
def test_features_computed_apart(model, inputs):
    wanted = model(inputs, mode='tensor')
    visual, audio = model.backbone(inputs['imgs'], inputs['log_mels'])
    second = map_stages(lambda stage: stage[1:], visual)
    features = model.attend(second, audio[1:, 2:], 8, 51, 0.5)
    torch.testing.assert_close(model.cls_head(features), wanted[1:, 2:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    'kind, places',
    [
        ('attention', (8, 12)),
        ('rollout', (8, 12)),
        ('similarity', (8, 12)),
        ('gradcam', (4, 6)),
        ('motion', (4, 6)),
        ('moving_source', (32, 48)),
    ],
)
def test_every_kind_of_map(model, inputs, kind, places):
    with torch.no_grad():
        evidence = model.gather_evidence(inputs, return_attention=True)
        maps, confidence = build_map_source(kind)(evidence)
    assert maps.shape == (2, 3, 8, *places) and confidence.shape == (2, 3)
    assert torch.isfinite(maps).all() and maps.std() > 0


def test_grad_cam_is_of_the_deepest_stage(model, inputs):
    evidence = model.gather_evidence(inputs)
    found = build_map_source('gradcam').raw_maps(evidence)
    fine, deep = (stage.detach() for stage in evidence.visual)
    deep.requires_grad_()
    logits = model.cls_head(model.attend((fine, deep), evidence.audio.detach(), 8, 51, 0.5))
    gradient = torch.autograd.grad(logits[1, 2], deep)[0][1].mean(dim=(-2, -1), keepdim=True)
    centred = (deep - deep.mean(dim=2, keepdim=True)).detach()[1]
    expected = (gradient * centred).sum(dim=0).clamp(min=0)
    torch.testing.assert_close(found[1, 2], expected, rtol=1e-3, atol=1e-6)


@torch.no_grad()
def test_scores_by_sliding(model, inputs):
    class Sounds:
        num_spectra = 51

        def get(self, slots):
            return {slot: audio[0, slot] for slot in slots if slot in (0, 1, 2)}

    class Settings:
        num_frames, clip_seconds = 8, 0.5

    visual, audio = model.backbone(inputs['imgs'], inputs['log_mels'])
    rows = _score(model, Settings, visual, [0, 1], Sounds(), 1, 4)
    logits = []
    for row in range(2):
        picture = map_stages(lambda stage, row=row: stage[row : row + 1], visual)
        logits.append(model.cls_head(model.attend(picture, audio[:1], 8, 51, 0.5))[0])
    np.testing.assert_allclose(rows[0], [np.nan, *logits[0][:2]], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(rows[1], logits[1], rtol=1e-4, atol=1e-5)


def test_losses_reach_both_stages(model, inputs):
    model = copy.deepcopy(model).train()
    labels = torch.tensor([[1.0, 0, 0]]).expand(2, 3)
    features, _ = model.extract_feat(inputs)
    losses = model.cls_head.loss_by_logits(model.cls_head(features), labels)
    (losses['loss_sync'] + model.cls_head.contrast_loss(features, labels)).backward()
    for proj in model.neck.visual_proj:
        assert proj.weight.grad.abs().sum() > 0

"""Kinds of maps against slow references, on the tiny network."""

import itertools
import math
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from models.recognizers.test_audio_visual_recognizer import batch, run
from models.tiny import recognizer
from scipy.ndimage import gaussian_filter

from mmav_coattn.errors import ConfigError
from mmav_coattn.localization import (
    AttentionMap,
    EvidenceMap,
    GradCAMMap,
    MotionMap,
    MovingSourceMap,
    SimilarityMap,
    build_map_source,
    clip_confidence,
    evidence_map,
)

CONTRAST = dict(type='SyncHead', in_channels=16, time_contrast=dict(type='TimeContrast', edge=0))


def two_blocks(depth=2, **changes):
    neck = dict(
        type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, num_heads=2, depth=depth
    )
    return recognizer(neck={**neck, **changes}, cls_head=CONTRAST).eval()


def evidence_of(model, num=2, negatives=1):
    data = batch(num, negatives)
    for image in data['inputs']['imgs']:
        image.random_(256)
    inputs = model.data_preprocessor(data)['inputs']
    with torch.no_grad():
        return model.gather_evidence(inputs, return_attention=True)


@pytest.mark.parametrize(
    'spec', ['attention', 'rollout', 'similarity', 'evidence', 'gradcam', 'motion']
)
def test_every_kind_through_predict_and_one_by_one(spec):
    torch.manual_seed(0)
    model = two_blocks()
    model.map_source = build_map_source(spec)
    model.return_map = True
    data = batch(3, 1)
    for image in data['inputs']['imgs']:
        image.random_(256)
    with torch.no_grad():
        together = run(model, data, 'predict')
        for index, sample in enumerate(together):
            alone = dict(
                inputs={name: [values[index]] for name, values in data['inputs'].items()},
                data_samples=[data['data_samples'][index].new()],
            )
            (single,) = run(model, alone, 'predict')
            torch.testing.assert_close(single.sound_map, sample.sound_map, atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(
                single.map_confidence, sample.map_confidence, atol=1e-5, rtol=1e-4
            )
    assert together[0].sound_map.shape == (2, 8, 4, 4)
    assert together[0].map_confidence.shape == (2,)
    weights = model.map_source.weights(together[0].sound_map)
    assert weights.min() >= 0
    torch.testing.assert_close(weights.sum(dim=(-2, -1)), torch.ones(2, 8))


def test_attention_heads_and_rollout():
    torch.manual_seed(0)
    model = two_blocks(depth=3)
    evidence = evidence_of(model)
    weights = evidence.features.head_weights
    assert weights.shape == (2, 2, 3, 2, 8, 4, 4)
    torch.testing.assert_close(weights.sum(dim=(-2, -1)), torch.ones(2, 2, 3, 2, 8))
    torch.testing.assert_close(AttentionMap(head=1).raw_maps(evidence), weights[:, :, 2, 1])
    torch.testing.assert_close(
        AttentionMap().raw_maps(evidence), (weights[:, :, 2, 0] + weights[:, :, 2, 1]) / 2
    )
    first, second, third = weights.mean(dim=3).unbind(dim=2)
    torch.testing.assert_close(
        AttentionMap(blocks='rollout').raw_maps(evidence), first / 4 + second / 4 + third / 2
    )
    with pytest.raises(ConfigError, match='head=2, but the network has 2 heads'):
        AttentionMap(head=2).raw_maps(evidence)


def test_similarity_is_the_cosine_of_the_own_step():
    torch.manual_seed(0)
    model = two_blocks(depth=1)
    evidence = evidence_of(model)
    maps = SimilarityMap().raw_maps(evidence)
    contrast = model.cls_head.time_contrast
    with torch.no_grad():
        visual, audio = contrast.embed(
            evidence.features.visual_tokens, evidence.features.audio_tokens[:, 1]
        )
    for step, place in ((0, 0), (3, 5), (7, 15)):
        expected = torch.cosine_similarity(visual[1, step, place], audio[1, step], dim=0)
        torch.testing.assert_close(maps[1, 1, step].flatten()[place], expected)
    assert maps.abs().max() <= 1 + 1e-5


@pytest.mark.parametrize('elementwise', [False, True])
@pytest.mark.parametrize('centre_time', [False, True])
def test_grad_cam_equals_the_gradient_by_differences(elementwise, centre_time):
    torch.manual_seed(0)
    model = two_blocks(depth=1, centre_time=centre_time).double()
    evidence = evidence_of(model.float(), num=1)._replace(model=model.double())
    visual, audio = evidence.visual.double(), evidence.audio.double()
    evidence = evidence._replace(visual=visual, audio=audio)

    def logit(features):
        times = evidence.imgs.shape[2], evidence.num_spectra, evidence.clip_seconds
        with torch.no_grad():
            return model.cls_head(model.attend(features, audio, *times))[0, 1].item()

    maps = GradCAMMap(elementwise=elementwise).raw_maps(evidence)
    step = 3
    gradient = torch.zeros(visual.shape[1], *visual.shape[-2:], dtype=torch.float64)
    for place in range(gradient.numel()):
        moved = torch.zeros_like(gradient)
        moved.view(-1)[place] = 1e-4
        change = torch.zeros_like(visual)
        change[0, :, step] = moved
        gradient.view(-1)[place] = (logit(visual + change) - logit(visual - change)) / 2e-4
    features = visual[0]
    if centre_time:
        features = features - features.mean(dim=1, keepdim=True)
    if not elementwise:
        gradient = gradient.mean(dim=(-2, -1), keepdim=True)
    expected = (gradient * features[:, step]).sum(dim=0).clamp(min=0)
    assert expected.max() > 0
    torch.testing.assert_close(maps[0, 1, step], expected, rtol=1e-3, atol=1e-6)


@torch.no_grad()
def test_evidence_against_loops(monkeypatch):
    """The definition for every place and step; compared in portions of five places."""
    monkeypatch.setattr(evidence_map, 'PLACES', 5)
    torch.manual_seed(0)
    model = two_blocks()
    contrast = model.cls_head.time_contrast
    contrast.edge, contrast.min_steps = 1, 2
    evidence = evidence_of(model, num=2, negatives=1)
    maps = EvidenceMap().raw_maps(evidence)
    features = evidence.features
    num, steps, places, _ = features.visual_tokens.shape
    assert maps.shape == (num, 2, steps, 4, 4) and places == 16
    assert not maps[:, :, [0, -1]].any() and maps[:, :, 1:-1].all()
    inside = range(1, steps - 1)
    for sound in range(2):
        visual, audio = contrast.embed(features.visual_tokens, features.audio_tokens[:, sound])
        product = torch.einsum('ntpc,nsc->ntsp', visual, audio) * contrast.log_scale.exp()
        for clip, step, place in itertools.product(range(num), inside, range(places)):
            others = [s for s in inside if s == step or abs(s - step) >= 2]
            of_sounds = product[clip, step, others, place].log_softmax(0)[others.index(step)]
            of_pictures = product[clip, others, step, place].log_softmax(0)[others.index(step)]
            expected = (of_sounds + of_pictures) / 2 + math.log(len(inside))
            found = maps[clip, sound, step].flatten()[place]
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_motion_is_where_the_picture_changes():
    model = two_blocks(depth=1)
    imgs = torch.zeros(1, 3, 8, 16, 16)
    imgs[0, :, 4:, 8:12, 4:8] = 6.0  # one cell of 4 x 4, from frame 4 on
    evidence = evidence_of(model, num=1)._replace(imgs=imgs)
    maps = MotionMap().raw_maps(evidence)
    expected = torch.zeros(8, 4, 4)
    expected[3:5, 2, 1] = 3.0  # half the step between frames 3 and 4, at either of them
    torch.testing.assert_close(maps[0, 0], expected)
    torch.testing.assert_close(maps[0, 1], expected)


def test_confidence_by_hand():
    maps = torch.zeros(1, 1, 2, 2, 4)
    maps[0, 0, 0] = torch.tensor([[4.0, 0, 0, 0], [0, 2.0, 0, 0]])
    maps[0, 0, 1] = 1.0
    logits = torch.tensor([[-0.7]])
    for kind, over_time, expected in (
        ('top_quarter', 'max', 3.0),
        ('top_quarter', 'mean', 2.0),
        ('peak', 'max', 4.0),
        ('peak', 'mean', 2.5),
        ('contrast', 'max', 3 - 6 / 8),
        ('contrast', 'mean', (3 - 6 / 8) / 2),
        ('sync', 'max', -0.7),
    ):
        assert clip_confidence(maps, logits, kind, over_time).item() == pytest.approx(expected)


def test_weights_of_an_empty_map_are_uniform():
    maps = torch.zeros(2, 2, 3)
    maps[1, 0, 1] = -5.0
    maps[1, 1, 2] = 4.0
    weights = GradCAMMap().weights(maps)
    torch.testing.assert_close(weights[0], torch.full((2, 3), 1 / 6))
    assert weights[1, 1, 2] == 1 and weights[1].sum() == 1


def test_networks_without_such_a_map():
    pooled = SimpleNamespace(
        features=SimpleNamespace(attention=None),
        model=SimpleNamespace(cls_head=SimpleNamespace()),
        visual=None,
    )
    for source in (AttentionMap(), SimilarityMap(), EvidenceMap(), GradCAMMap()):
        with pytest.raises(ConfigError, match='another map_source'):
            source.raw_maps(pooled)


@pytest.mark.parametrize(
    ('spec', 'sentence'),
    [
        ('heat', "map_source='heat' is not one of"),
        (dict(type='AttentionMap', head=-1), 'head=-1'),
        (dict(type='AttentionMap', blocks='first'), "blocks='first'"),
        (dict(type='SimilarityMap', temperature=0), 'temperature=0'),
        (dict(type='MotionMap', confidence='size'), "confidence='size'"),
        (dict(type='MotionMap', confidence_over_time='sum'), "confidence_over_time='sum'"),
        (dict(type='SyncHead', in_channels=2), 'SyncHead is no kind of map'),
    ],
)
def test_settings_that_cannot_work(spec, sentence):
    recognizer()  # registers and sets the scope
    with pytest.raises(ConfigError, match=sentence):
        build_map_source(spec)


@pytest.mark.parametrize(
    ('picker', 'settings'),
    [(EvidenceMap, {}), (SimilarityMap, dict(picker='similarity'))],
)
@torch.no_grad()
def test_moving_source_weighs_what_moves_by_the_clip(picker, settings):
    torch.manual_seed(0)
    evidence = evidence_of(two_blocks(), num=2, negatives=1)
    source = MovingSourceMap(
        sharpness=1.5, still_parts=0.7, edge_saturation=20.0, blur=1 / 8, reach=1 / 5, **settings
    )
    maps, confidence = source(evidence)
    num, _, frames, height, width = evidence.imgs.shape
    assert maps.shape == (num, 2, frames, height, width)
    side = min(height, width)

    def blur(values, sigma):
        return gaussian_filter(values, sigma, mode='nearest', radius=int(np.ceil(3 * sigma)))

    colour = evidence.frames.numpy().astype(np.float64)
    grey = colour.mean(axis=1)
    fit = picker().raw_maps(evidence).mean(dim=2).numpy()
    for clip in range(num):
        moving = np.zeros_like(grey[clip])
        for t in range(frames):
            steps = [abs(grey[clip, t] - grey[clip, u]) for u in (t - 1, t + 1) if 0 <= u < frames]
            change = np.min(steps, axis=0)
            moving[t] = change / (change + 8)
        for sound in range(2):
            one = fit[clip, sound]
            z = (one - one.mean()) / one.std(ddof=1)
            gate = np.exp(1.5 * cv2.resize(z, (width, height), interpolation=cv2.INTER_LINEAR))
            near = blur((moving * gate).mean(axis=0), side / 5)
            near /= near.max()
            for t in range(frames):
                slopes = [np.gradient(blur(colour[clip, c, t], 1.0)) for c in range(3)]
                edges = np.sqrt(np.square(slopes).sum(axis=(0, 1)))
                thing = blur(moving[t] * gate + 0.7 * edges / (edges + 20) * near, side / 8)
                np.testing.assert_allclose(maps[clip, sound, t].numpy(), thing, rtol=1e-3)
    mean = SimilarityMap().raw_maps(evidence).mean(dim=2, keepdim=True)
    torch.testing.assert_close(confidence, clip_confidence(mean, torch.zeros(2, 2), 'contrast'))
    deaf = MovingSourceMap(sharpness=0.0)(evidence).maps
    torch.testing.assert_close(deaf[:, 0], deaf[:, 1])


@pytest.mark.parametrize(
    'settings',
    [
        dict(sharpness=-1.0),
        dict(picker='motion'),
        dict(blur=0.0),
        dict(still_parts=-1.0),
        dict(saturation=0.0),
        dict(edge_saturation=0.0),
    ],
)
def test_moving_source_refuses(settings):
    with pytest.raises(ConfigError, match='MovingSourceMap'):
        build_map_source(dict(type='MovingSourceMap', **settings))


def test_the_command_offers_every_short_name():
    from mmav_coattn.cli.localize import MAPS
    from mmav_coattn.localization.base import SHORT_NAMES

    assert set(MAPS) == set(SHORT_NAMES)

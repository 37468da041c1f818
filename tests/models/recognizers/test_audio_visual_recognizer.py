import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from models.tiny import NECK, batch, random_inputs, recognizer, run

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.maps import explain_away

DOT_PRODUCT = dict(
    neck=dict(type='DotProductNeck', in_channels=(16, 16), embed_dims=16, num_heads=2),
    cls_head=dict(type='StreamHead', in_channels=16, loss_contrast=dict(type='TimeContrastLoss')),
)


@torch.no_grad()
def test_three_modes_agree_and_each_tower_runs_once_a_clip():
    model, passes = recognizer().eval(), []
    for tower in (model.backbone.visual, model.backbone.audio):
        tower.register_forward_hook(lambda tower, args, out: passes.append(len(args[0])))
    logits = run(model, batch(2, 2), 'tensor')
    assert passes == [2, 2]
    losses = run(model, batch(2, 2), 'loss')
    samples = run(model, batch(2, 2), 'predict')
    assert logits.shape == (2, 3) and logits.std() > 0
    torch.testing.assert_close(torch.stack([sample.sync_scores for sample in samples]), logits)
    labels = torch.tensor([[1.0, 0, 0]] * 2)
    torch.testing.assert_close(losses['loss_sync'], model.cls_head.loss_sync(logits, labels))
    assert losses.keys() == {'loss_sync', 'loss_contrast', 'sync_accuracy'}
    for field in ('sound_map', 'map_confidence', 'sync_scores_video_blank'):
        assert field not in samples[0]


@torch.no_grad()
def test_times_of_the_steps():
    # Frames are at the middles of equal parts of a clip; audio steps every 4 hops of 10 ms.
    model, inputs = recognizer().eval(), random_inputs()
    *_, audio_times, window_times = model.neck_inputs(inputs)
    np.testing.assert_allclose(audio_times, np.arange(26) * 0.04, atol=1e-6)
    for n, j in np.ndindex(2, 2):
        start = inputs['audio_starts'][n, j].item()
        expected = start + (np.arange(8) + 0.5) * 0.5 / 8
        np.testing.assert_allclose(window_times[n, j], expected, atol=1e-6)


@pytest.mark.parametrize('changes', [{}, dict(neck=dict(NECK, module='CMA')), DOT_PRODUCT])
@torch.no_grad()
def test_windows_and_clips_are_judged_apart(changes):
    model, inputs = recognizer(**changes).eval(), random_inputs(3, 4)
    together = model(inputs, mode='tensor')
    assert together.shape == (3, 4)
    for n in range(3):
        alone = {k: v[n : n + 1] for k, v in inputs.items() if k != 'clip_seconds'}
        alone |= dict(audio_starts=inputs['audio_starts'][n : n + 1, 2:3], clip_seconds=0.5)
        found = model(alone, mode='tensor')[0, 0]
        torch.testing.assert_close(found, together[n, 2], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_blind_controls_see_nothing():
    model = recognizer(test_cfg=dict(blind_controls=True)).eval()

    def predicted(change=None, key='imgs'):
        data = batch(2, 2)
        if change is not None:
            data['inputs'][key] = [change(each) for each in data['inputs'][key]]
        return run(model, data, 'predict')

    other_video = predicted(lambda img: img.clone().random_(256))
    other_audio = predicted(torch.randn_like, 'audio')
    still = predicted(lambda img: img[..., :1, :, :].expand_as(img))
    for sample, *others in zip(predicted(), other_video, other_audio, still, strict=True):
        video, audio, first = others
        torch.testing.assert_close(sample.sync_scores_video_blank, video.sync_scores_video_blank)
        torch.testing.assert_close(sample.sync_scores_audio_blank, audio.sync_scores_audio_blank)
        torch.testing.assert_close(sample.sync_scores_video_still, first.sync_scores)
        for other in others:
            assert not torch.allclose(sample.sync_scores, other.sync_scores)


@torch.no_grad()
@pytest.mark.parametrize('kind', [True, 'evidence', 'refined'])
def test_map_on_request(kind):
    refiner = dict(type='MovingSourceMap') if kind == 'refined' else None
    model = recognizer(test_cfg=dict(return_map=kind, map_refiner=refiner)).eval()
    inputs = model.data_preprocessor(batch(2, 2))['inputs']
    features, _ = model.extract_feat(inputs)
    own = features.attention if kind is True else features.sound_map
    if refiner:
        own = model.map_refiner(own, inputs['frames'])
    size = 32 if refiner else 4
    for n, sample in enumerate(run(model, batch(2, 2), 'predict')):
        assert sample.sound_map.shape == (3, 8, size, size)
        torch.testing.assert_close(sample.sound_map, own[n])
        torch.testing.assert_close(sample.map_confidence, sample.sync_scores)


def test_a_network_without_a_map_says_so():
    neck = dict(type='PoolingNeck', in_channels=(16, 16), embed_dims=16)
    head = dict(type='StreamHead', in_channels=16)
    model = recognizer(neck=neck, cls_head=head, test_cfg=dict(return_map=True)).eval()
    with pytest.raises(ConfigError, match='PoolingNeck of this config gives no map'):
        run(model, batch(), 'predict')


@torch.no_grad()
def test_unusable_samples_pass_through_in_place():
    model = recognizer(test_cfg=dict(blind_controls=True, return_map=True)).eval()
    expected = run(model, batch(3), 'tensor')[1:]
    first, *others = run(model, batch(3, unusable=(0,)), 'predict')
    assert 'sync_scores' not in first and first.unusable == ('silent', 'is silent')
    found = torch.stack([sample.sync_scores for sample in others])
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    none_left = run(model, batch(2, unusable=(0, 1)), 'predict')
    assert len(none_left) == 2 and not any('sync_scores' in sample for sample in none_left)


@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA', 'dot_product'])
def test_overfits_one_batch(module):
    neck = dict(NECK, module=module)
    model = recognizer(**(DOT_PRODUCT if module == 'dot_product' else dict(neck=neck))).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    data = model.data_preprocessor(batch(8))
    assert model(**data, mode='loss')['loss_sync'].item() == pytest.approx(math.log(2), abs=0.3)
    for _ in range(80):
        losses = model(**data, mode='loss')
        optimizer.zero_grad()
        (losses['loss_sync'] + losses['loss_contrast']).backward()
        optimizer.step()
        if losses['loss_sync'] < 0.1:
            break
    assert losses['sync_accuracy'] == 1.0 and losses['loss_sync'] < 0.3


def test_loss_of_masks_only_where_audio_was_mixed_and_seen():
    train_cfg = dict(loss_mask=dict(type='MaskLoss'))
    model = recognizer(neck=dict(NECK, mask=True), train_cfg=train_cfg).eval()
    inputs = random_inputs(num_clips=2)
    inputs['audio_starts'] = torch.tensor([[0.105, 0.4], [0.3, 0.0]])
    features, _ = model.extract_feat(inputs)
    with pytest.raises(ConfigError, match='needs data_preprocessor.mix_audio above 0'):
        model.mask_loss(inputs, features)
    target = torch.rand(2, 64, 101)
    target[1] = 1  # nothing was added to the second clip
    found = model.loss(inputs | dict(source_mask=target), batch()['data_samples'])['loss_mask']
    attention = features.weights[:, 0, :, 0]
    logits = model.neck.separate(inputs['log_mels'], features, attention)[0, :, 11:61]
    weight = inputs['log_mels'][0, :, 11:61].exp() ** 0.35
    each = F.binary_cross_entropy_with_logits(logits, target[0, :, 11:61], reduction='none')
    torch.testing.assert_close(found, (weight * each).sum() / weight.sum())


@torch.no_grad()
def test_predicts_several_sources():
    model = recognizer(neck=dict(NECK, mask=True), test_cfg=dict(num_sources=2)).eval()
    inputs = random_inputs(num_clips=2)
    samples = model.predict(inputs, [ActionDataSample(), ActionDataSample()])
    sources = explain_away(model, inputs, model.extract_feat(inputs)[0], 2)
    for index, sample in enumerate(samples):
        maps = sources.maps[index][:, None].expand(-1, 8, -1, -1)
        torch.testing.assert_close(sample.source_maps, maps)
        torch.testing.assert_close(sample.source_scores, sources.scores[index])
        torch.testing.assert_close(sample.source_masks, sources.masks[index])

import pytest
import torch
from mmaction.structures import ActionDataSample

from tests.models.tiny import recognizer


def batch(num_clips=2, num_negatives=1, unusable=(), seed=0):
    """A collated batch in which frame brightness follows the sound's loudness."""
    generator = torch.Generator().manual_seed(seed)
    imgs, audios, samples = [], [], []
    for index in range(num_clips):
        sample = ActionDataSample()
        if index in unusable:
            sample.set_metainfo(dict(unusable=('silent', 'no sound')))
            imgs.append(None)
            audios.append(None)
        else:
            loudness = torch.rand(1 + num_negatives, 8, generator=generator)
            frames = (loudness[0] * 255).view(1, 1, 8, 1, 1).expand(1, 3, 8, 32, 32)
            imgs.append(frames.byte())
            noise = torch.randn(1 + num_negatives, 8, 1600, generator=generator)
            audios.append((noise * loudness[..., None]).flatten(1))
            sample.set_field(
                torch.tensor([1.0] + [0.0] * num_negatives), 'sync_label', dtype=torch.Tensor
            )
        samples.append(sample)
    return dict(inputs=dict(imgs=imgs, audios=audios), data_samples=samples)


def run(model, data, mode):
    return model(**model.data_preprocessor(data), mode=mode)


def test_three_modes_agree():
    model = recognizer().eval()
    with torch.no_grad():
        logits = run(model, batch(), 'tensor')
        losses = run(model, batch(), 'loss')
        samples = run(model, batch(), 'predict')
    assert logits.shape == (2, 2)
    torch.testing.assert_close(torch.stack([sample.sync_scores for sample in samples]), logits)
    expected = model.cls_head.loss_by_logits(logits, torch.tensor([[1.0, 0], [1, 0]]))
    torch.testing.assert_close(losses['loss_sync'], expected['loss_sync'])
    assert 'attention' not in samples[0]


def test_batch_size_changes_no_score():
    model = recognizer().eval()
    with torch.no_grad():
        together = run(model, batch(3), 'tensor')
        data = batch(3)
        alone = [
            run(
                model,
                dict(
                    inputs={k: v[i : i + 1] for k, v in data['inputs'].items()},
                    data_samples=data['data_samples'][i : i + 1],
                ),
                'tensor',
            )
            for i in range(3)
        ]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-5)


def test_attention_and_blind_controls_on_request():
    model = recognizer(test_cfg=dict(blind_controls=True, return_attention=True)).eval()
    with torch.no_grad():
        samples = run(model, batch(), 'predict')
        data = batch()
        for img in data['inputs']['imgs']:
            img.random_(256)  # another picture
        other = run(model, data, 'predict')
    for sample, changed in zip(samples, other, strict=True):
        assert sample.attention.shape == (2, 8, 4, 4)
        torch.testing.assert_close(sample.attention.sum(dim=(-2, -1)), torch.ones(2, 8))
        # Without the picture nothing of it may reach the score; without the sound both are alike.
        torch.testing.assert_close(sample.sync_scores_video_blank, changed.sync_scores_video_blank)
        assert sample.sync_scores_audio_blank[0] == sample.sync_scores_audio_blank[1]
        assert not torch.equal(sample.sync_scores, changed.sync_scores)


def test_unusable_samples_pass_through_in_place():
    model = recognizer().eval()
    with torch.no_grad():
        samples = run(model, batch(3, unusable=(1,)), 'predict')
        none_left = run(model, batch(2, unusable=(0, 1)), 'predict')
    assert ['sync_scores' in sample for sample in samples] == [True, False, True]
    assert samples[1].unusable == ('silent', 'no sound')
    assert len(none_left) == 2


def test_one_visual_pass_for_all_sounds():
    model = recognizer().eval()
    passes = []
    model.backbone.visual.register_forward_hook(lambda *args: passes.append(1))
    with torch.no_grad():
        run(model, batch(2, num_negatives=5), 'tensor')
    assert len(passes) == 1


@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
def test_overfits_one_batch(module):
    torch.manual_seed(0)
    model = recognizer(
        neck=dict(
            type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, num_heads=2, module=module
        )
    ).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    data = model.data_preprocessor(batch(8))
    for _ in range(60):
        losses = model(**data, mode='loss')
        optimizer.zero_grad()
        losses['loss_sync'].backward()
        optimizer.step()
        if losses['loss_sync'] < 0.05:
            break
    assert losses['sync_accuracy'] == 1.0
    assert losses['loss_sync'] < 0.2

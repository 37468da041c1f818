"""Pooling by parts of time and space against loops, and heads on one tower and on both."""

import pytest
import torch
from mmaction.structures import ActionDataSample
from models.tiny import AUDIO, VISUAL, build, recognizer

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.heads import deviation_features, segment_features


def test_segments_are_means_of_parts():
    x = torch.randn(2, 3, 6, 4, 4)
    found = segment_features(x, 3, (2, 1)).view(2, 3, 3, 2)
    for segment in range(3):
        for row in range(2):
            part = x[:, :, 2 * segment : 2 * segment + 2, 2 * row : 2 * row + 2]
            torch.testing.assert_close(found[:, :, segment, row], part.mean(dim=(2, 3, 4)))


def test_one_segment_is_the_mean():
    x = torch.randn(2, 3, 6, 4, 4)
    torch.testing.assert_close(segment_features(x, 1), x.mean(dim=(2, 3, 4)))


def test_deviation_is_that_over_time_of_each_part():
    x = torch.randn(2, 3, 6, 4, 4)
    found = deviation_features(x, (1, 2)).view(2, 3, 2)
    for column in range(2):
        part = x[..., 2 * column : 2 * column + 2].mean(dim=(3, 4))
        torch.testing.assert_close(found[:, :, column], part.std(dim=2))


def test_head_with_deviation_sees_what_the_mean_does_not():
    torch.manual_seed(0)
    head = build(dict(type='SegmentHead', num_classes=2, in_channels=1, dropout_ratio=0,
                      deviation=True, topk=1))  # fmt: skip
    still, moving = torch.zeros(1, 6, 2, 2), torch.zeros(1, 6, 2, 2)
    moving[:, ::2], moving[:, 1::2] = 1, -1  # the same mean
    x = torch.stack([still, moving] * 4).requires_grad_()
    labels = [ActionDataSample().set_gt_label(i % 2) for i in range(8)]
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    for _ in range(50):
        loss = head.loss(x, labels)['loss_cls']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05 and x.grad.isfinite().all()


def test_head_tells_the_order_of_events():
    torch.manual_seed(0)
    x = torch.zeros(8, 1, 4, 2, 2)
    x[:4, :, 0] = 1  # the same content, early or late
    x[4:, :, 3] = 1
    labels = [ActionDataSample().set_gt_label(int(i >= 4)) for i in range(8)]
    losses = []
    for num_segments in (1, 2):
        head = build(dict(type='SegmentHead', num_classes=2, in_channels=1, dropout_ratio=0,
                          num_segments=num_segments, topk=1))  # fmt: skip
        optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
        for _ in range(50):
            loss = head.loss(x, labels)['loss_cls']
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(0.693, abs=0.01) and losses[1] < 0.01


def test_clips_of_a_video_are_averaged():
    head = build(
        dict(type='SegmentHead', num_classes=2, in_channels=3, average_clips='prob', topk=1)
    ).eval()
    x = torch.randn(4, 3, 2, 2, 2)
    samples = head.predict(x, [ActionDataSample(), ActionDataSample()])
    expected = head(x).softmax(1).view(2, 2, 2).mean(1)
    torch.testing.assert_close(torch.stack([s.pred_score for s in samples]), expected)


def classifier(modalities, **head):
    cfg = dict(
        type='AudioVisualClassifier',
        backbone=dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO),
        modalities=modalities,
        cls_head=dict(type='AudioVisualHead', num_classes=3, topk=1, average_clips='prob', **head),
    )
    model = build(cfg)
    model.init_weights()
    return model


def batch(*keys):
    torch.manual_seed(1)
    inputs = dict(
        imgs=[torch.randint(0, 255, (1, 3, 4, 24, 24), dtype=torch.uint8) for _ in range(3)],
        audios=[0.1 * torch.randn(1, 8000) for _ in range(3)],
    )
    samples = [ActionDataSample().set_gt_label(label) for label in range(3)]
    return dict(inputs={key: inputs[key] for key in keys}, data_samples=samples)


@pytest.mark.parametrize(
    ('modalities', 'keys'),
    [
        (('visual',), ('imgs',)),
        (('audio',), ('audios',)),
        (('visual', 'audio'), ('imgs', 'audios')),
    ],
)
def test_each_modality(modalities, keys):
    model = classifier(modalities, in_channels=dict.fromkeys(modalities, 16)).train()
    data = model.data_preprocessor(batch(*keys), training=True)
    losses = model(**data, mode='loss')
    losses['loss_cls'].backward()
    for tower in ('visual', 'audio'):
        parameters = list(getattr(model.backbone, tower).parameters())
        got = [parameter.grad is not None for parameter in parameters]
        assert all(got) if tower in modalities else not any(got)
        assert all(p.requires_grad == (tower in modalities) for p in parameters)
    predicted = model.eval()(**model.data_preprocessor(batch(*keys)), mode='predict')
    assert [len(sample.pred_score) for sample in predicted] == [3, 3, 3]


def test_both_towers_reach_the_head():
    model = classifier(('visual', 'audio'), in_channels=dict(visual=16, audio=16)).eval()
    inputs = model.data_preprocessor(batch('imgs', 'audios'))['inputs']
    features, _ = model.extract_feat(inputs)
    scores, _ = model.extract_feat(inputs, stage='head')
    pooled = [features['visual'].mean((2, 3, 4)), features['audio'].mean((2, 3))]
    expected = model.cls_head.fc_cls(model.cls_head.norm(torch.cat(pooled, dim=1)))
    torch.testing.assert_close(scores, expected)


def test_takes_the_pretext_network_as_it_is():
    pretext = recognizer()
    model = classifier(('visual', 'audio'), in_channels=dict(visual=16, audio=16))
    missing = model.load_state_dict(pretext.state_dict(), strict=False).missing_keys
    assert missing and all(name.startswith('cls_head.') for name in missing)


def test_mistakes_are_sentences():
    with pytest.raises(ConfigError, match='must be of'):
        classifier(('smell',), in_channels=dict(audio=16))
    model = classifier(('visual', 'audio'), in_channels=dict(visual=16, audio=16))
    with pytest.raises(ConfigError, match='gives no log_mels'):
        model.extract_feat(model.data_preprocessor(batch('imgs'))['inputs'])


def test_motion_preprocessor_leaves_what_moves():
    settings = dict(mean=[10, 20, 30], std=[1, 2, 4], format_shape='NCTHW')
    inputs = dict(
        inputs=[torch.randint(0, 255, (2, 3, 4, 5, 5), dtype=torch.uint8)],
        data_samples=[ActionDataSample()],
    )
    moving = build(dict(type='MotionDataPreprocessor', **settings))(dict(inputs))['inputs']
    plain = build(dict(type='ActionDataPreprocessor', **settings))(dict(inputs))['inputs']
    assert moving.shape == (1, 2, 3, 4, 5, 5)
    torch.testing.assert_close(moving, plain - plain.mean(dim=3, keepdim=True))
    assert moving.mean(dim=3).abs().max() < 1e-4

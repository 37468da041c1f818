"""Classification from one tower and from both."""

import pytest
import torch
from mmaction.structures import ActionDataSample
from models.tiny import AUDIO, VISUAL, build, recognizer

from mmav_coattn.errors import ConfigError


def classifier(*modalities):
    channels = dict.fromkeys(modalities, 16)
    head = dict(type='SegmentHead', num_classes=3, in_channels=channels, average_clips='prob')
    towers = dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)
    return build(dict(type='AudioVisualClassifier', backbone=towers, cls_head=dict(head, topk=1)))


def batch(*keys):
    torch.manual_seed(1)
    inputs = dict(
        imgs=[torch.randint(0, 255, (1, 3, 4, 24, 24), dtype=torch.uint8) for _ in range(3)],
        audio=[0.1 * torch.randn(8000) for _ in range(3)],
    )
    samples = [ActionDataSample().set_gt_label(label) for label in range(3)]
    return dict(inputs={key: inputs[key] for key in keys}, data_samples=samples)


@pytest.mark.parametrize(
    ('modalities', 'keys'),
    [(('visual',), ('imgs',)), (('audio',), ('audio',)), (('visual', 'audio'), ('imgs', 'audio'))],
)
def test_each_modality(modalities, keys):
    model = classifier(*modalities).train()
    data = model.data_preprocessor(batch(*keys), training=True)
    losses = model(**data, mode='loss')
    losses['loss_cls'].backward()
    for tower in ('visual', 'audio'):
        used = tower in modalities
        for parameter in getattr(model.backbone, tower).parameters():
            assert parameter.requires_grad == used == (parameter.grad is not None)
    predicted = model.eval()(**model.data_preprocessor(batch(*keys)), mode='predict')
    assert [len(sample.pred_score) for sample in predicted] == [3, 3, 3]


def test_both_towers_reach_the_head():
    model = classifier('visual', 'audio').eval()
    inputs = model.data_preprocessor(batch('imgs', 'audio'))['inputs']
    features, _ = model.extract_feat(inputs)
    scores, _ = model.extract_feat(inputs, stage='head')
    pooled = [features['visual'].mean((2, 3, 4)), features['audio'].mean((2, 3))]
    expected = model.cls_head.fc_cls(model.cls_head.norm(torch.cat(pooled, dim=1)))
    torch.testing.assert_close(scores, expected)


def test_takes_the_pretext_network_as_it_is():
    pretext = recognizer()
    model = classifier('visual', 'audio')
    missing = model.load_state_dict(pretext.state_dict(), strict=False).missing_keys
    assert missing and all(name.startswith('cls_head.') for name in missing)


def test_mistakes_are_sentences():
    with pytest.raises(ConfigError, match='must be by tower'):
        classifier('smell')
    model = classifier('visual', 'audio')
    with pytest.raises(ConfigError, match='gives no log_mels'):
        model.extract_feat(model.data_preprocessor(batch('imgs'))['inputs'])

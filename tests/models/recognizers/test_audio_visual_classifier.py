import pytest
import torch
from models.tiny import AUDIO, VISUAL, batch, build, recognizer

from mmav_coattn.errors import ConfigError


def classifier(*modalities):
    channels = dict.fromkeys(modalities, 16)
    head = dict(type='SegmentHead', num_classes=3, in_channels=channels, average_clips='prob')
    towers = dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)
    return build(dict(type='AudioVisualClassifier', backbone=towers, cls_head=dict(head, topk=1)))


def labelled(*keys):
    data = batch(3)
    for label, sample in enumerate(data['data_samples']):
        sample.set_gt_label(label)
    return dict(data, inputs={key: data['inputs'][key] for key in keys})


@pytest.mark.parametrize('keys', [['imgs'], ['audio'], ['imgs', 'audio']])
def test_each_modality(keys):
    modalities = [dict(imgs='visual', audio='audio')[key] for key in keys]
    model = classifier(*modalities).train()
    data = model.data_preprocessor(labelled(*keys), training=True)
    losses = model(**data, mode='loss')
    losses['loss_cls'].backward()
    for tower in ('visual', 'audio'):
        used = tower in modalities
        for parameter in getattr(model.backbone, tower).parameters():
            assert parameter.requires_grad == used == (parameter.grad is not None)
    predicted = model.eval()(**model.data_preprocessor(labelled(*keys)), mode='predict')
    assert [len(sample.pred_score) for sample in predicted] == [3, 3, 3]


def test_both_towers_reach_the_head():
    model = classifier('visual', 'audio').eval()
    # It takes the pretext network as it is.
    missing = model.load_state_dict(recognizer().state_dict(), strict=False).missing_keys
    assert missing and all(name.startswith('cls_head.') for name in missing)
    inputs = model.data_preprocessor(labelled('imgs', 'audio'))['inputs']
    features, _ = model.extract_feat(inputs)
    scores, _ = model.extract_feat(inputs, stage='head')
    pooled = [features['visual'].mean((2, 3, 4)), features['audio'].mean((2, 3))]
    expected = model.cls_head.fc_cls(model.cls_head.norm(torch.cat(pooled, dim=1)))
    torch.testing.assert_close(scores, expected)


def test_mistakes_are_sentences():
    with pytest.raises(ConfigError, match='must be by tower'):
        classifier('smell')
    model = classifier('visual', 'audio')
    with pytest.raises(ConfigError, match='gives no log_mels'):
        model.extract_feat(model.data_preprocessor(labelled('imgs'))['inputs'])

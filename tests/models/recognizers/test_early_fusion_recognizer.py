import torch

from tests.models.backbones.test_early_fusion_net import SMALL
from tests.models.recognizers.test_audio_visual_recognizer import batch, run
from tests.models.tiny import build


def fused():
    return build(
        dict(
            type='EarlyFusionRecognizer',
            backbone=dict(type='EarlyFusionNet', **SMALL),
            cls_head=dict(type='FusedHead', in_channels=32),
            test_cfg=dict(blind_controls=True, return_attention=True),
        )
    )


def test_predicts_with_controls_and_map_and_names_the_unusable():
    model = fused().eval()
    with torch.no_grad():
        samples = run(model, batch(3, 2, unusable=(1,)), 'predict')
    assert 'sync_scores' not in samples[1]
    scores = samples[0].sync_scores
    assert scores.shape == (3,) and scores.std() > 0
    # Without sound all windows of a clip are one.
    assert samples[0].sync_scores_audio_blank.std() < 1e-6
    assert samples[0].sync_scores_video_blank.shape == (3,)
    attention = samples[0].attention
    torch.testing.assert_close(attention.sum(dim=(-2, -1)), torch.ones(attention.shape[:2]))


def test_pairs_do_not_mix():
    model = fused().eval()
    with torch.no_grad():
        together = run(model, batch(2, 2), 'tensor')
        data = batch(2, 2)
        data['inputs']['audios'] = [audio[[0, 2]] for audio in data['inputs']['audios']]
        torch.testing.assert_close(run(model, data, 'tensor'), together[:, [0, 2]])


def test_other_negatives_reach_the_waveforms():
    model = fused().eval()
    model.backbone.fused.blocks[-1].norm.bias.data.normal_()
    model.cls_head.classify.weight.data.normal_()
    same = run(model, batch(), 'loss')['loss_sync']
    model.negatives = 'other'
    assert run(model, batch(), 'loss')['loss_sync'] != same

import torch
from models.tiny import build

from mmav_coattn.models.heads.segment_head import segment_features


def test_segments_are_means_of_parts_and_deviation_is_over_time():
    x = torch.randn(2, 3, 6, 4, 4)
    found = segment_features(x, 3, deviation=True)
    means = x.unflatten(2, (3, 2)).mean(dim=(3, 4, 5))  # of each two steps
    torch.testing.assert_close(found[:, :9].view(2, 3, 3), means)
    torch.testing.assert_close(found[:, 9:], x.mean(dim=(3, 4)).std(dim=2))
    torch.testing.assert_close(segment_features(x), x.mean(dim=(2, 3, 4)))
    assert (segment_features(x[:, :, :1], deviation=True)[:, 3:] == 0.001).all()
    still = torch.zeros(1, 3, 6, 2, 2, requires_grad=True)
    segment_features(still, deviation=True).sum().backward()
    assert still.grad.isfinite().all()


@torch.no_grad()
def test_scores_of_one_tower():
    settings = dict(num_classes=2, in_channels=3, num_segments=2, deviation=True, topk=1)
    head = build(dict(type='SegmentHead', **settings)).eval()
    head.init_weights()
    assert [name for name, _ in head.named_parameters()] == ['fc_cls.weight', 'fc_cls.bias']
    assert 0.005 < head.fc_cls.weight.std() < 0.02 and not head.fc_cls.bias.any()
    x = torch.randn(4, 3, 6, 2, 2)
    expected = head.fc_cls(head.norm(segment_features(x, 2, True)))
    for given in (x, (torch.zeros_like(x), x)):  # the last stage of several
        torch.testing.assert_close(head(given), expected)
    named = build(dict(settings, type='SegmentHead', in_channels=dict(audio=3))).eval()
    named.load_state_dict(head.state_dict())  # in audio, time comes last
    torch.testing.assert_close(named(dict(audio=x[..., 0].mT)), head(x[..., :1]))

"""The decision from two streams against one step and one window at a time."""

import pytest
import torch

from mmav_coattn.models.heads import ConcatHead, StreamHead
from mmav_coattn.models.necks import StreamFeatures


def awake(kind, size=8):
    """A head whose logits differ (the last layer starts small), and streams (2, 3, 6, size)."""
    head = kind(size).eval()
    torch.nn.init.normal_(head.classify.weight)
    for norm in (head.visual_norm, head.audio_norm):
        norm.norm.running_mean.normal_()
    return head, StreamFeatures(*(torch.randn(2, 3, 6, size) for _ in range(2)))


@torch.no_grad()
def test_equals_loops():
    head, features = awake(StreamHead)
    found = head(features)
    for n in range(2):
        for j in range(3):
            fused = []
            for t in range(6):
                v = head.visual_norm(features.visual[n, j, t][None])[0]
                a = head.audio_norm(features.audio[n, j, t][None])[0]
                fused.append(head.fuse(torch.cat([v, a, v * a])))
            steps = head.convs(torch.stack(fused, dim=-1)[None])[0]  # (D, T)
            pooled = torch.cat([steps.mean(dim=-1), steps.max(dim=-1).values])
            expected = head.classify.weight[0] @ pooled + head.classify.bias[0]
            torch.testing.assert_close(found[n, j], expected)


@torch.no_grad()
def test_concatenation_equals_loops():
    head, features = awake(ConcatHead, 4)
    found = head(features)
    for n in range(2):
        for j in range(3):
            logits = []
            for t in range(6):
                v = head.visual_norm(features.visual[n, j, t][None])[0]
                a = head.audio_norm(features.audio[n, j, t][None])[0]
                hidden = (head.fuse[0].weight @ torch.cat([v, a]) + head.fuse[0].bias).clamp(min=0)
                logits.append(head.classify.weight[0] @ hidden + head.classify.bias[0])
            torch.testing.assert_close(found[n, j], sum(logits) / 6)


@pytest.mark.parametrize('kind', [StreamHead, ConcatHead])
def test_starts_at_chance(kind):
    features = StreamFeatures(torch.randn(2, 3, 6, 8), torch.randn(2, 3, 6, 8))
    assert kind(8)(features).abs().max() < 0.2

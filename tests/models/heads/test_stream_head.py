"""The decision from two streams against one step and one window at a time."""

import math

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.models.heads import StreamHead
from mmav_coattn.models.necks import StreamFeatures


def streams(num_clips=2, num_windows=3):
    return StreamFeatures(*(torch.randn(num_clips, num_windows, 6, 8) for _ in range(2)))


def awake_head():
    """A head whose logits differ: the last layer starts small."""
    head = StreamHead(8).eval()
    torch.nn.init.normal_(head.classify.weight)
    return head


@torch.no_grad()
def test_equals_loops():
    head, features = awake_head(), streams()
    for norm in (head.visual_norm, head.audio_norm):
        norm.norm.running_mean.normal_()
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
def test_windows_are_judged_apart():
    head, together = awake_head(), streams()
    alone = StreamFeatures(together.visual[1:, 2:], together.audio[1:, 2:])
    torch.testing.assert_close(head.predict(together)[1, 2], head.predict(alone)[0, 0])
    order = [2, 0, 1]
    moved = StreamFeatures(together.visual[:, order], together.audio[:, order])
    torch.testing.assert_close(head(moved), head(together)[:, order])
    assert head(together).std() > 0.05


def test_starts_at_chance():
    samples = [ActionDataSample() for _ in range(2)]
    for sample in samples:
        sample.set_field(torch.tensor([1.0, 0, 0]), 'sync_label', dtype=torch.Tensor)
    loss = StreamHead(8).loss(streams(), samples)['loss_sync']
    assert loss.item() == pytest.approx(math.log(2), abs=0.05)

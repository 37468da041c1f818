"""Pooling by parts of time and space against loops."""

import pytest
import torch
from mmaction.structures import ActionDataSample
from models.tiny import build

from mmav_coattn.models.heads import segment_features


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
    found = segment_features(x, 2, (1, 2), deviation=True)
    torch.testing.assert_close(found[:, :12], segment_features(x, 2, (1, 2)))
    found = found[:, 12:].view(2, 3, 2)
    for column in range(2):
        part = x[..., 2 * column : 2 * column + 2].mean(dim=(3, 4))
        torch.testing.assert_close(found[:, :, column], part.std(dim=2))


def trained(head, x, labels) -> float:
    """The loss after 50 steps on one batch."""
    optimizer = torch.optim.Adam(head.parameters(), lr=0.1)
    for _ in range(50):
        loss = head.loss(x, labels)['loss_cls']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_head_with_deviation_sees_what_the_mean_does_not():
    torch.manual_seed(0)
    head = build(dict(type='SegmentHead', num_classes=2, in_channels=1, dropout_ratio=0,
                      deviation=True, topk=1))  # fmt: skip
    still, moving = torch.zeros(1, 6, 2, 2), torch.zeros(1, 6, 2, 2)
    moving[:, ::2], moving[:, 1::2] = 1, -1  # the same mean
    x = torch.stack([still, moving] * 4).requires_grad_()
    labels = [ActionDataSample().set_gt_label(i % 2) for i in range(8)]
    assert trained(head, x, labels) < 0.05 and x.grad.isfinite().all()


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
        losses.append(trained(head, x, labels))
    assert losses[0] == pytest.approx(0.693, abs=0.01) and losses[1] < 0.01


def test_clips_of_a_video_are_averaged():
    head = build(
        dict(type='SegmentHead', num_classes=2, in_channels=3, average_clips='prob', topk=1)
    ).eval()
    x = torch.randn(4, 3, 2, 2, 2)
    samples = head.predict(x, [ActionDataSample(), ActionDataSample()])
    expected = head(x).softmax(1).view(2, 2, 2).mean(1)
    torch.testing.assert_close(torch.stack([s.pred_score for s in samples]), expected)

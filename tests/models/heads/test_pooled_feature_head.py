"""Features of a video as means over its clips, places and times."""

import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.models.heads.pooled_feature_head import PooledFeatureHead


def test_means_over_places_times_and_clips():
    x = torch.randn(4, 3, 6, 5, 5)
    head = PooledFeatureHead(in_channels=3)
    torch.testing.assert_close(head(x), x.mean(dim=(2, 3, 4)))
    assert not list(head.parameters())
    # Two videos of two clips each, one after the other.
    samples = head.predict(x, [ActionDataSample(), ActionDataSample()])
    expected = x.view(2, 2, 3, -1).mean(dim=(1, 3))
    torch.testing.assert_close(torch.stack([sample.feature for sample in samples]), expected)


def test_parts_of_time_stay_apart_and_the_last_stage_counts():
    x = torch.arange(4.0).view(1, 1, 4, 1, 1).expand(1, 2, 4, 3, 3)
    head = PooledFeatureHead(in_channels=2, num_segments=2)
    # Means of the times 0, 1 and 2, 3, channel by channel.
    expected = torch.tensor([[0.5, 2.5, 0.5, 2.5]])
    torch.testing.assert_close(head((torch.zeros(1, 7, 4, 9, 9), x)), expected)

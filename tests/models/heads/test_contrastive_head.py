"""Distance, margin and calibration against a pair worked by hand."""

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.heads.contrastive_head import ContrastiveHead
from mmav_coattn.models.necks import StreamFeatures


def identity_head(**settings):
    """A head whose embedding is the stream itself."""
    head = ContrastiveHead(2, channels=2, **settings)
    for layer in (head.visual, head.audio):
        torch.nn.init.eye_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return head


def features():
    """One clip of two steps; the first audio is the video, the second at right angles in one."""
    visual = torch.tensor([[1.0, 0], [0, 2]])
    shifted = torch.tensor([[0.0, 3], [0, 1]])
    return StreamFeatures(torch.stack([visual, visual])[None], torch.stack([visual, shifted])[None])


def samples():
    sample = ActionDataSample()
    sample.set_field(torch.tensor([1.0, 0.0]), 'sync_label', dtype=torch.Tensor)
    return [sample]


def test_distance_is_the_mean_over_steps():
    # Squared distances of the steps: 2 and 0, mean 1.
    distances = identity_head().distances(features())
    torch.testing.assert_close(distances, torch.tensor([[1e-3, 1.0]]))


def test_calibration_moves_nothing_but_itself():
    head = identity_head(margin=1.5)
    losses = head.loss(features(), samples())
    # In sync: 1e-6; shifted: (1.5 - 1)^2; half of each.
    assert losses['loss_margin'].item() == pytest.approx(0.125, abs=1e-5)
    losses['loss_sync'].backward()
    assert head.visual.weight.grad is None and head.audio.weight.grad is None
    assert head.scale.grad is not None and head.threshold.grad is not None
    assert losses['sync_accuracy'].item() == 1.0  # 0.001 < 0.75 < 1
    losses['loss_margin'].backward()
    assert head.visual.weight.grad.any() and head.audio.weight.grad.any()


def test_a_shifted_pair_beyond_the_margin_costs_nothing():
    loss = identity_head(margin=0.9).loss(features(), samples())['loss_margin']
    assert loss.item() == pytest.approx(0, abs=1e-5)


def test_bad_settings():
    with pytest.raises(ConfigError, match='margin=2.5'):
        ContrastiveHead(4, margin=2.5)

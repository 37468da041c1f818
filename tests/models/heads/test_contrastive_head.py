"""Distance, margin and calibration against a pair worked by hand."""

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.models.heads import contrastive_head
from mmav_coattn.models.necks import StreamFeatures

# One clip of two steps; the first audio is the video, the second at right angles in one.
VISUAL = torch.tensor([[1.0, 0], [0, 2]])
SHIFTED = torch.tensor([[0.0, 3], [0, 1]])
FEATURES = StreamFeatures(torch.stack([VISUAL] * 2)[None], torch.stack([VISUAL, SHIFTED])[None])


def identity_head(monkeypatch, margin=0.99):
    """A head whose embedding is the stream itself."""
    monkeypatch.setattr(contrastive_head, 'CHANNELS', 2)
    monkeypatch.setattr(contrastive_head, 'MARGIN', margin)
    head = contrastive_head.ContrastiveHead(2)
    for layer in (head.visual, head.audio):
        torch.nn.init.eye_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return head


def losses(head):
    sample = ActionDataSample()
    sample.set_field(torch.tensor([1.0, 0.0]), 'sync_label', dtype=torch.Tensor)
    return head.loss(FEATURES, [sample])


def test_distance_is_the_mean_over_steps(monkeypatch):
    # Squared distances of the steps: 2 and 0, mean 1.
    distances = identity_head(monkeypatch).distances(FEATURES)
    torch.testing.assert_close(distances, torch.tensor([[1e-3, 1.0]]))


def test_calibration_moves_nothing_but_itself(monkeypatch):
    head = identity_head(monkeypatch, margin=1.5)
    found = losses(head)
    # In sync: 1e-6; shifted: (1.5 - 1)^2; half of each.
    assert found['loss_margin'].item() == pytest.approx(0.125, abs=1e-5)
    found['loss_sync'].backward()
    assert head.visual.weight.grad is None and head.audio.weight.grad is None
    assert head.scale.grad is not None and head.threshold.grad is not None
    assert found['sync_accuracy'].item() == 1.0  # 0.001 < 0.75 < 1
    found['loss_margin'].backward()
    assert head.visual.weight.grad.any() and head.audio.weight.grad.any()


def test_a_shifted_pair_beyond_the_margin_costs_nothing(monkeypatch):
    assert losses(identity_head(monkeypatch))['loss_margin'].item() == pytest.approx(0, abs=1e-5)

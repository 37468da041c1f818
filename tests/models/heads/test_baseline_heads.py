import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.models.heads import ConcatHead, FusedHead, StreamHead, baseline_heads
from mmav_coattn.models.heads.baseline_heads import FusedFeatures
from mmav_coattn.models.necks import StreamFeatures


@pytest.mark.parametrize('kind', [StreamHead, ConcatHead])
@torch.no_grad()
def test_streams_equal_loops_and_start_at_chance(kind):
    head, features = kind(8), StreamFeatures(*(torch.randn(2, 3, 6, 8) for _ in range(2)))
    assert head(features).abs().max() < 0.2
    head.eval()
    torch.nn.init.normal_(head.classify.weight)  # the last layer starts small
    for norm in (head.visual_norm, head.audio_norm):
        norm.norm.running_mean.normal_()
    found = head(features)
    for n, j in np.ndindex(2, 3):
        steps = []
        for t in range(6):
            v = head.visual_norm(features.visual[n, j, t][None])[0]
            a = head.audio_norm(features.audio[n, j, t][None])[0]
            both = torch.cat([v, a, v * a] if kind is StreamHead else [v, a])
            steps.append((head.fuse[0].weight @ both + head.fuse[0].bias).clamp(min=0))
        if kind is StreamHead:
            convolved = head.convs(torch.stack(steps, dim=-1)[None])[0]  # (D, T)
            steps = [torch.cat([convolved.mean(dim=-1), convolved.max(dim=-1).values])]
        logits = [head.classify.weight[0] @ step + head.classify.bias[0] for step in steps]
        torch.testing.assert_close(found[n, j], sum(logits) / len(logits))


@torch.no_grad()
def test_fused_logit_is_the_mean_of_the_activations():
    head, maps = FusedHead(3), torch.randn(2, 4, 3, 5, 2, 3)
    torch.nn.init.normal_(head.classify.weight)
    attention = head.activation_map(maps)
    assert attention.shape == (2, 4, 5, 2, 3)
    logits = head(FusedFeatures(maps, attention))
    for n, j in np.ndindex(2, 4):
        activations = torch.einsum('c,cthw->thw', head.classify.weight[0], maps[n, j])
        torch.testing.assert_close(logits[n, j], activations.mean() + head.classify.bias[0])
        for t in range(5):
            share = activations[t].exp() / activations[t].exp().sum()
            torch.testing.assert_close(attention[n, j, t], share)


@pytest.mark.parametrize(('margin', 'loss'), [(1.5, 0.125), (0.99, 0.0)])
def test_contrastive_distance_margin_and_calibration_by_hand(monkeypatch, margin, loss):
    monkeypatch.setattr(baseline_heads, 'CHANNELS', 2)
    monkeypatch.setattr(baseline_heads, 'MARGIN', margin)
    head = baseline_heads.ContrastiveHead(2)
    for layer in (head.visual, head.audio):  # the embedding is the stream itself
        torch.nn.init.eye_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    # One clip of two steps; the first audio is the video, the second at right angles in one, so
    # that the squared distances of its steps are 2 and 0, mean 1.
    visual, shifted = torch.tensor([[1.0, 0], [0, 2]]), torch.tensor([[0.0, 3], [0, 1]])
    features = StreamFeatures(torch.stack([visual] * 2)[None], torch.stack([visual, shifted])[None])
    torch.testing.assert_close(head.distances(features), torch.tensor([[1e-3, 1.0]]))
    sample = ActionDataSample()
    sample.set_field(torch.tensor([1.0, 0.0]), 'sync_label', dtype=torch.Tensor)
    found = head.loss(features, [sample])
    # In sync: 1e-6; shifted: (margin - 1)^2, nothing beyond the margin; half of each.
    assert found['loss_margin'].item() == pytest.approx(loss, abs=1e-5)
    assert found['sync_accuracy'].item() == 1.0
    # The calibration moves nothing but itself.
    found['loss_sync'].backward()
    assert head.visual.weight.grad is None and head.audio.weight.grad is None
    assert head.scale.grad is not None and head.threshold.grad is not None
    found['loss_margin'].backward()
    assert bool(head.visual.weight.grad.any()) == (margin == 1.5)

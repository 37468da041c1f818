"""Losses of logits and similarity, and the training accuracy."""

from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.heads.base_sync_head import BaseSyncHead
from mmav_coattn.models.losses import SyncLoss, TimeContrastLoss


class GivenLogits(BaseSyncHead):
    def forward(self, features):
        return features.logits


def samples_of(labels):
    samples = []
    for row in labels:
        sample = ActionDataSample()
        sample.set_field(torch.tensor(row), 'sync_label', dtype=torch.Tensor)
        samples.append(sample)
    return samples


def test_losses_by_hand():
    similarity = torch.randn(2, 3, 4, 1, 6, 6)
    features = SimpleNamespace(
        logits=torch.tensor([[2.0, -1.0, 0.5], [-1.0, 0.3, -0.2]]), similarity=similarity
    )
    labels = torch.tensor([[1.0, 0, 0], [1.0, 0, 0]])
    head = GivenLogits(
        loss_sync=dict(type='SyncLoss', loss_weight=2.0),
        loss_contrast=dict(type='TimeContrastLoss'),
    )
    losses = head.loss(features, samples_of(labels.int().tolist()))
    assert losses.keys() == {'loss_sync', 'loss_contrast', 'sync_accuracy'}
    torch.testing.assert_close(losses['loss_sync'], 2 * SyncLoss()(features.logits, labels))
    torch.testing.assert_close(losses['loss_contrast'], TimeContrastLoss()(similarity))
    # First clip: 1/2 and one of the two quarters; second: one quarter.
    assert losses['sync_accuracy'].item() == pytest.approx((0.75 + 0.25) / 2)


def test_a_logit_of_zero_says_shifted():
    losses = GivenLogits().loss(
        SimpleNamespace(logits=torch.zeros(1, 4)), samples_of([[1, 0, 0, 0]])
    )
    assert losses['sync_accuracy'].item() == pytest.approx(0.5)
    assert 'loss_contrast' not in losses


def test_half_precision_logits_are_judged_in_full():
    head, features = GivenLogits(), SimpleNamespace(logits=torch.zeros(1, 2, dtype=torch.float16))
    assert head.loss(features, samples_of([[1, 0]]))['loss_sync'].dtype == torch.float32
    assert head.predict(features).dtype == torch.float32


@pytest.mark.parametrize('extra', [{}, dict(similarity=None)])
def test_a_contrast_needs_a_similarity(extra):
    head = GivenLogits(loss_contrast=dict(type='TimeContrastLoss'))
    features = SimpleNamespace(logits=torch.zeros(1, 2), **extra)
    with pytest.raises(ConfigError, match='loss_contrast needs a neck that gives its similarity'):
        head.loss(features, samples_of([[1, 0]]))

import math
from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.heads import MatchHead
from mmav_coattn.models.heads.base_sync_head import BaseSyncHead
from mmav_coattn.models.losses import SyncLoss, TimeContrastLoss

CONTRAST = dict(type='TimeContrastLoss')


class GivenLogits(BaseSyncHead):
    def forward(self, features):
        return features.logits


def losses_of(head, labels, **features):
    samples = [ActionDataSample() for _ in labels]
    for sample, row in zip(samples, labels, strict=True):
        sample.set_field(torch.tensor(row), 'sync_label', dtype=torch.Tensor)
    return head.loss(SimpleNamespace(**features), samples)


def test_losses_by_hand():
    similarity = torch.randn(2, 3, 4, 1, 6, 6)
    logits = torch.tensor([[2.0, -1.0, 0.5], [-1.0, 0.3, -0.2]])
    labels = [[1, 0, 0], [1, 0, 0]]
    head = GivenLogits(loss_contrast=CONTRAST)
    losses = losses_of(head, labels, logits=logits, similarity=similarity)
    assert losses.keys() == {'loss_sync', 'loss_contrast', 'sync_accuracy'}
    expected = SyncLoss()(logits, torch.tensor(labels).float())
    torch.testing.assert_close(losses['loss_sync'], expected)
    torch.testing.assert_close(losses['loss_contrast'], TimeContrastLoss()(similarity))
    # First clip: 1/2 and one of the two quarters; second: one quarter.
    assert losses['sync_accuracy'].item() == pytest.approx((0.75 + 0.25) / 2)


def test_a_logit_of_zero_says_shifted_and_half_precision_is_judged_in_full():
    logits = torch.tensor([[0.0, -1, -1, -1]], dtype=torch.float16)
    losses = losses_of(GivenLogits(), [[1, 0, 0, 0]], logits=logits)
    assert losses['sync_accuracy'].item() == pytest.approx(0.5)
    assert 'loss_contrast' not in losses and losses['loss_sync'].dtype == torch.float32


@pytest.mark.parametrize('extra', [{}, dict(similarity=None)])
def test_a_contrast_needs_a_similarity(extra):
    with pytest.raises(ConfigError, match='loss_contrast needs a neck that gives its similarity'):
        losses_of(GivenLogits(loss_contrast=CONTRAST), [[1, 0]], logits=torch.zeros(1, 2), **extra)


def test_logits_of_the_match_by_hand_and_at_chance_before_training():
    head, score = MatchHead(), torch.tensor([[1.2, -0.4]])
    assert torch.equal(head(SimpleNamespace(score=score)), score)  # as the head starts
    losses = losses_of(head, [[1, 0]], score=0 * score)
    assert losses['loss_sync'].item() == pytest.approx(math.log(2))
    head.gain.data.fill_(3.0)
    head.bias.data.fill_(-0.5)
    torch.testing.assert_close(head(SimpleNamespace(score=score)), torch.tensor([[3.1, -1.7]]))

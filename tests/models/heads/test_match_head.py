import math

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.models.heads import MatchHead
from mmav_coattn.models.necks import MatchFeatures


def features(score):
    similarity = torch.zeros(len(score), score.shape[1], 1, 1, 5, 5)
    return MatchFeatures(similarity, None, None, None, score, (1, 1))


def test_logits_by_hand():
    head, score = MatchHead(), torch.tensor([[1.2, -0.4]])
    assert torch.equal(head(features(score)), score)  # as the head starts
    head.gain.data.fill_(3.0)
    head.bias.data.fill_(-0.5)
    torch.testing.assert_close(head(features(score)), torch.tensor([[3.1, -1.7]]))


def test_an_untrained_network_is_at_chance():
    head = MatchHead(loss_contrast=dict(type='TimeContrastLoss', loss_weight=1.0))
    sample = ActionDataSample()
    sample.set_field(torch.tensor([1.0, 0, 0]), 'sync_label', dtype=torch.Tensor)
    losses = head.loss(features(torch.zeros(1, 3)), [sample])
    assert losses['loss_sync'].item() == pytest.approx(math.log(2))
    assert losses['loss_contrast'].item() == pytest.approx(math.log(5))

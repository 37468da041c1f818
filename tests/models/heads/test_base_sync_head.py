"""What one in-sync window and K shifted ones weigh, and where chance lies."""

import math
from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.heads.base_sync_head import BaseSyncHead, balanced_weights


class GivenLogits(BaseSyncHead):
    def forward(self, features):
        return features


def samples_of(labels):
    samples = []
    for row in labels:
        sample = ActionDataSample()
        sample.set_field(torch.tensor(row), 'sync_label', dtype=torch.Tensor)
        samples.append(sample)
    return samples


def test_weights_by_hand():
    weights = balanced_weights(torch.tensor([[0.0, 1, 0, 0], [1.0, 0, 1, 0]]))
    sixth, quarter = 1 / 6, 1 / 4
    expected = torch.tensor([[sixth, 0.5, sixth, sixth], [quarter] * 4])
    torch.testing.assert_close(weights, expected)


@pytest.mark.parametrize('num_negatives', [1, 3, 7])
def test_chance_is_ln_2_whatever_the_number_of_sounds(num_negatives):
    labels = [[1] + [0] * num_negatives, [0] * num_negatives + [1]]
    head = GivenLogits(in_channels=1, ranking_weight=0.5)
    losses = head.loss(torch.zeros(2, 1 + num_negatives), samples_of(labels))
    assert losses['loss_sync'].item() == pytest.approx(math.log(2))
    assert losses['loss_ranking'].item() == pytest.approx(0.5 * math.log(1 + num_negatives))
    # A logit of exactly 0 says "shifted": right for the half that the shifted sounds weigh.
    assert losses['sync_accuracy'].item() == pytest.approx(0.5)


def test_losses_by_hand():
    logits, labels = torch.tensor([[2.0, -1.0, 0.5]]), [[1, 0, 0]]
    losses = GivenLogits(in_channels=1, ranking_weight=1.0).loss(logits, samples_of(labels))

    def softplus(x):
        return math.log1p(math.exp(x))

    expected = 0.5 * softplus(-2.0) + 0.25 * softplus(-1.0) + 0.25 * softplus(0.5)
    assert losses['loss_sync'].item() == pytest.approx(expected, rel=1e-6)
    total = sum(math.exp(x) for x in (2.0, -1.0, 0.5))
    assert losses['loss_ranking'].item() == pytest.approx(math.log(total) - 2.0, rel=1e-6)
    assert losses['sync_accuracy'].item() == pytest.approx(0.75)
    assert 'loss_contrast' not in losses


def test_half_precision_logits_are_judged_in_full():
    head = GivenLogits(in_channels=1)
    losses = head.loss(torch.zeros(1, 2, dtype=torch.float16), samples_of([[1, 0]]))
    assert losses['loss_sync'].dtype == torch.float32
    assert head.predict(torch.zeros(1, 2, dtype=torch.float16)).dtype == torch.float32


def test_the_auxiliary_loss_takes_the_sound_in_sync_and_wants_tokens():
    head = GivenLogits(in_channels=1, contrast_weight=0.25)
    head.time_contrast = lambda visual, audio: audio.sum() + 0 * visual.sum()
    audio = torch.arange(6.0).view(2, 3, 1, 1, 1)
    tokens = SimpleNamespace(visual_tokens=torch.zeros(2, 1, 1, 1), audio_tokens=audio)
    loss = head.contrast_loss(tokens, torch.tensor([[0.0, 0, 1], [1.0, 0, 0]]))
    assert loss.item() == 0.25 * (2 + 3)
    with pytest.raises(ConfigError, match='a neck that gives its tokens'):
        head.contrast_loss(SimpleNamespace(), torch.ones(1, 1))

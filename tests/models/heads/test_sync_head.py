import math

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models import SyncHead
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures


def streams(num_clips=2, num_audios=3):
    generator = torch.Generator().manual_seed(0)
    return CoAttentionFeatures(
        *(torch.randn(num_clips, num_audios, 6, 8, generator=generator) for _ in range(2))
    )


def test_loss_by_hand():
    logits = torch.tensor([[2.0, -1.0, 0.5]])
    labels = torch.tensor([[1.0, 0.0, 0.0]])
    losses = SyncHead(8, ranking_weight=0.1).loss_by_logits(logits, labels)
    bce = 0.5 * math.log(1 + math.exp(-2)) + 0.25 * (
        math.log(1 + math.exp(-1)) + math.log(1 + math.exp(0.5))
    )
    assert losses['loss_sync'].item() == pytest.approx(bce, abs=1e-6)
    ranking = -math.log(math.exp(2) / (math.exp(2) + math.exp(-1) + math.exp(0.5)))
    assert losses['loss_ranking'].item() == pytest.approx(0.1 * ranking, abs=1e-6)
    # In sync is right (weight 1/2), one of two shifted is right (weight 1/4).
    assert losses['sync_accuracy'].item() == pytest.approx(0.75)


@pytest.mark.parametrize('num_negatives', [1, 3, 7])
def test_chance_is_ln_2_for_any_number_of_negatives(num_negatives):
    labels = torch.zeros(4, 1 + num_negatives)
    labels[:, 0] = 1
    losses = SyncHead(8).loss_by_logits(torch.zeros_like(labels), labels)
    assert losses['loss_sync'].item() == pytest.approx(math.log(2))
    assert 'loss_ranking' not in losses


def test_starts_at_chance():
    torch.manual_seed(0)
    samples = [ActionDataSample() for _ in range(2)]
    for sample in samples:
        sample.set_field(torch.tensor([1.0, 0, 0]), 'sync_label', dtype=torch.Tensor)
    assert SyncHead(8).loss(streams(), samples)['loss_sync'].item() == pytest.approx(
        math.log(2), abs=0.05
    )


def test_predict_is_per_pair():
    head = SyncHead(8).eval()
    together = streams()
    alone = CoAttentionFeatures(together.audio[1:, 2:], together.visual[1:, 2:])
    torch.testing.assert_close(head.predict(together)[1, 2], head.predict(alone)[0, 0])
    assert head.predict(together).shape == (2, 3)


def test_bad_kernel():
    with pytest.raises(ConfigError, match='kernel_size=4'):
        SyncHead(8, kernel_size=4)


def test_group_norm_judges_each_pair_alone_in_training_too():
    torch.manual_seed(0)
    head = SyncHead(8, hidden_channels=16, norm='group')
    torch.nn.init.normal_(head.classify.weight)
    together = streams()
    alone = CoAttentionFeatures(together.audio[1:, 2:], together.visual[1:, 2:])
    torch.testing.assert_close(head(together)[1, 2], head(alone)[0, 0])
    assert not any(isinstance(m, torch.nn.BatchNorm1d) for m in head.modules())
    with pytest.raises(ConfigError, match='do not divide 12 channels'):
        SyncHead(8, hidden_channels=12, norm='group')
    with pytest.raises(ConfigError, match="norm='layer'"):
        SyncHead(8, norm='layer')

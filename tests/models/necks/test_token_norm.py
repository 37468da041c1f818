"""Batch normalisation of the last axis, its names in a checkpoint, and its synchronised form."""

import torch
from mmengine.model import convert_sync_batchnorm
from mmengine.runner.checkpoint import get_state_dict, load_state_dict
from models.tiny import random_inputs, recognizer
from torch import nn

from mmav_coattn.models.necks.token_norm import TokenBatchNorm


def test_statistics_over_all_but_the_last_axis():
    x = torch.randn(2, 3, 5, 4) * 3 + 7
    flat = x.reshape(-1, 4)
    expected = (x - flat.mean(0)) / (flat.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(TokenBatchNorm(4)(x), expected, rtol=1e-4, atol=1e-5)


def test_names_in_a_checkpoint_are_those_of_batch_normalisation():
    model = nn.Sequential(nn.Linear(4, 4), TokenBatchNorm(4))
    plain = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    assert set(model.state_dict()) == set(plain.state_dict()) == set(get_state_dict(model))
    nn.init.uniform_(plain[1].weight)
    plain[1].running_mean.fill_(3.0)
    model.load_state_dict(plain.state_dict(), strict=True)
    assert torch.equal(model[1].norm.weight, plain[1].weight)
    assert (model[1].norm.running_mean == 3).all()
    model[1].norm.running_mean.fill_(5.0)
    load_state_dict(plain, get_state_dict(model), strict=True)
    assert (plain[1].running_mean == 5).all()


def test_sync_bn_keeps_the_axes():
    torch.manual_seed(0)
    model = recognizer().eval()
    inputs = random_inputs()
    expected = model(inputs, mode='tensor')
    synchronised = convert_sync_batchnorm(model, 'torch').eval()
    assert not any(type(m) in (nn.BatchNorm1d, nn.BatchNorm3d) for m in synchronised.modules())
    torch.testing.assert_close(synchronised(inputs, mode='tensor'), expected)

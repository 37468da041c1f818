"""Batch normalisation of the last axis, and its synchronised form."""

import torch
from mmengine.model import convert_sync_batchnorm
from models.tiny import random_inputs, recognizer
from torch import nn

from mmav_coattn.models.necks.token_norm import TokenBatchNorm


def test_statistics_over_all_but_the_last_axis():
    x = torch.randn(2, 3, 5, 4) * 3 + 7
    flat = x.reshape(-1, 4)
    expected = (x - flat.mean(0)) / (flat.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(TokenBatchNorm(4)(x), expected, rtol=1e-4, atol=1e-5)


def test_sync_bn_keeps_the_axes():
    torch.manual_seed(0)
    model = recognizer().eval()
    inputs = random_inputs()
    expected = model(inputs, mode='tensor')
    synchronised = convert_sync_batchnorm(model, 'torch').eval()
    assert not any(type(m) in (nn.BatchNorm1d, nn.BatchNorm3d) for m in synchronised.modules())
    torch.testing.assert_close(synchronised(inputs, mode='tensor'), expected)

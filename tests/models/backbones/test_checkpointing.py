"""Gradient checkpointing: the same numbers from less memory."""

import copy

import pytest
import torch
from models.tiny import AUDIO, VISUAL, build
from torch import nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.backbones.checkpointing import checkpoint_stages


def run(backbone, imgs, log_mels):
    """Outputs, gradients, statistics, and bytes kept for the backward pass."""
    kept = {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        outputs = backbone(imgs, log_mels)
    size = sum(kept.values())
    sum(each.square().mean() for each in outputs).backward()
    gradients = {name: each.grad for name, each in backbone.named_parameters()}
    return outputs, gradients, dict(backbone.named_buffers()), size


def test_same_numbers_less_memory():
    torch.manual_seed(0)
    cfg = dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)
    plain = build(cfg)
    plain.init_weights()
    checkpointed = build(dict(cfg, with_cp=True))
    checkpointed.load_state_dict(copy.deepcopy(plain.state_dict()), strict=True)
    plain.train()
    checkpointed.train()
    inputs = torch.randn(2, 3, 8, 32, 32), torch.randn(4, 64, 51)
    results = [run(each, *inputs) for each in (plain, checkpointed)]
    for reference, found in zip(*(result[0] for result in results), strict=True):
        torch.testing.assert_close(found, reference)
    for part in (1, 2):
        reference, found = (result[part] for result in results)
        assert set(reference) == set(found)
        for name in reference:
            torch.testing.assert_close(found[name], reference[name], rtol=1e-4, atol=1e-6)
    assert results[1][2]['visual.layer1.0.conv1.bn.num_batches_tracked'] == 1
    assert results[1][3] < 0.6 * results[0][3]


def test_a_tower_without_stages_is_refused():
    with pytest.raises(ConfigError, match='Conv2d has no stages'):
        checkpoint_stages(nn.Conv2d(1, 1, 1))

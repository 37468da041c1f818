"""Tensors meet on one device, tested without a GPU by tensors that have a device but no content."""

from contextlib import nullcontext

import pytest
import torch
from models.tiny import random_inputs, recognizer
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from mmav_coattn.models.necks.sliding_match import sliding_match


def on_fake_gpu(model):
    """Give the weights the device of a GPU, within a FakeTensorMode."""
    for module in model.modules():
        for name, weight in module.named_parameters(recurse=False):
            setattr(module, name, nn.Parameter(torch.empty_like(weight, device='cuda')))
    return model


@torch.no_grad()
def test_whole_files_are_compared_on_the_cpu_with_a_network_on_a_gpu():
    model = recognizer()
    with FakeTensorMode(allow_non_fake_inputs=True):
        on_fake_gpu(model)
        assert model.neck.log_sharpness.device.type == 'cuda'
        with pytest.raises(RuntimeError, match='on the same device|different devices'):
            model.neck.log_sharpness * torch.zeros(3)
        first, steps = torch.zeros(3, 5, dtype=torch.long), torch.arange(3)
        visual, audio = torch.randn(9, 4, 8), torch.randn(9, 1, 8)
        match = sliding_match(model.neck.match, visual, audio, steps, steps, first, first, 4)
        assert match.device.type == 'cpu' and match.shape == (3, 4, 1, 5)
        weights, locations, score = model.neck.compete(match.permute(0, 3, 1, 2), 4)
        logits = model.cls_head.logits(score)
        assert {x.device.type for x in (weights, locations, logits)} == {'cpu'}
        assert logits.shape == (3, 5)


@pytest.mark.parametrize('training', [True, False])
def test_the_network_makes_no_tensor_on_another_device_than_its_inputs(training, monkeypatch):
    # The meta device refuses tensors of the CPU, as a GPU does; it has no autocast.
    monkeypatch.setattr(torch, 'autocast', lambda *_, **__: nullcontext())
    model = recognizer().to('meta').train(training)
    inputs = random_inputs()
    inputs |= {name: x.to('meta') for name, x in inputs.items() if isinstance(x, torch.Tensor)}
    assert model(inputs, mode='tensor').device.type == 'meta'
    frames = torch.zeros(2, 3, 8, 32, 32, dtype=torch.uint8, device='meta')
    others = inputs['audio'], inputs['audio_starts'], 0.5
    made = model.data_preprocessor.preprocess(frames, *others)
    devices = {name: x.device.type for name, x in made.items() if isinstance(x, torch.Tensor)}
    assert devices == dict.fromkeys(('frames', 'imgs', 'audio', 'log_mels', 'audio_starts'), 'meta')

"""Parameters and FLOPs against counts by hand."""

import pytest
import torch
from models.tiny import recognizer
from torch import nn

from mmav_coattn.apis import network_complexity

RATE = 16000


class Preprocessor:
    """Hands on what it gets, and records it."""

    class log_mel:
        sample_rate = RATE

    def preprocess(self, imgs, audios):
        self.shapes = tuple(imgs.shape), tuple(audios.shape)
        return imgs.float(), audios


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = nn.Conv3d(3, 4, kernel_size=(1, 3, 3), padding=(0, 1, 1))
        self.audio = nn.Conv1d(1, 5, kernel_size=100, stride=100, bias=False)


class Network(nn.Module):
    """Every part one layer, so that a hand can count it."""

    def __init__(self):
        super().__init__()
        self.data_preprocessor = Preprocessor()
        self.backbone = Backbone()
        self.neck = nn.Linear(4, 7)
        self.cls_head = nn.Linear(5, 1)

    def forward(self, inputs, mode):
        imgs, audios = inputs
        visual = self.backbone.visual(imgs)
        audio = self.backbone.audio(audios.flatten(0, 1)[:, None])
        return self.neck(visual.mean(dim=(2, 3, 4))), self.cls_head(audio.mean(dim=-1))


def test_each_part_by_hand():
    network = Network().train()
    counts = network_complexity(network, num_frames=6, size=10, clip_seconds=0.5, num_negatives=2)
    assert network.data_preprocessor.shapes == ((1, 3, 6, 10, 10), (1, 3, 8000))
    expected = {
        # weights and biases; 2 operations a weight of a filter, at each place and frame
        'visual tower': (4 * 27 + 4, 2 * 27 * 4 * 6 * 10 * 10),
        # 3 sounds of 80 steps each
        'audio tower': (500, 2 * 100 * 5 * 80 * 3),
        'neck': (4 * 7 + 7, 2 * 4 * 7),
        'head': (6, 2 * 5 * 3),
    }
    expected['whole network'] = tuple(
        sum(column) for column in zip(*expected.values(), strict=True)
    )
    assert counts == expected
    assert network.training


@pytest.fixture(scope='module')
def model():
    torch.manual_seed(0)
    return recognizer()


def test_tiny_recognizer(model):
    counts = network_complexity(model, num_frames=8, size=32, clip_seconds=0.8)
    parameters = {name: count for name, (count, _) in counts.items()}
    whole = parameters.pop('whole network')
    assert whole == sum(parameters.values()) == sum(p.numel() for p in model.parameters())
    # Head, 16 channels, 2 sounds of 8 steps: a linear layer from three streams, two convolutions of
    # length 5, and a linear layer from mean and maximum over time.
    layers = 2 * 8 * (3 * 16 * 16) + 2 * 2 * 8 * (5 * 16 * 16) + 2 * (2 * 16)
    assert counts['head'][1] == 2 * layers
    assert all(flops > 0 for _, flops in counts.values())
    assert counts['whole network'][1] == sum(
        flops for name, (_, flops) in counts.items() if name != 'whole network'
    )


def test_more_sounds_do_not_pass_the_visual_tower(model):
    one = network_complexity(model, num_frames=8, size=32, clip_seconds=0.8, num_negatives=1)
    three = network_complexity(model, num_frames=8, size=32, clip_seconds=0.8, num_negatives=3)
    assert three['visual tower'] == one['visual tower']
    assert three['audio tower'][1] == 2 * one['audio tower'][1]
    assert three['head'][1] == 2 * one['head'][1]

"""Parameters and FLOPs against counts by hand."""

import pytest
import torch
from models.tiny import recognizer
from torch import nn

from mmav_coattn.experiments.complexity import network_complexity

RATE = 16000


class Preprocessor:
    """Hands on what it gets, and records it."""

    class log_mel:
        sample_rate = RATE

    def preprocess(self, imgs, audio, audio_starts, clip_seconds):
        self.shapes = tuple(imgs.shape), tuple(audio.shape)
        self.starts, self.seconds = audio_starts, clip_seconds
        return imgs.float(), audio


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
        imgs, audio = inputs
        visual = self.backbone.visual(imgs)
        audio = self.backbone.audio(audio[:, None])
        return self.neck(visual.mean(dim=(2, 3, 4))), self.cls_head(audio.mean(dim=-1))


def test_each_part_by_hand():
    network = Network().train()
    counts = network_complexity(
        network, num_frames=6, size=10, clip_seconds=0.5, audio_seconds=1.5, num_windows=3
    )
    assert network.data_preprocessor.shapes == ((1, 3, 6, 10, 10), (1, 24000))
    assert network.data_preprocessor.starts.tolist() == [[0, 0.5, 1]]
    assert network.data_preprocessor.seconds == 0.5
    expected = {
        # weights and biases; 2 operations a weight of a filter, at each location and frame
        'visual tower': (4 * 27 + 4, 2 * 27 * 4 * 6 * 10 * 10),
        # one segment of 240 steps
        'audio tower': (500, 2 * 100 * 5 * 240),
        'neck': (4 * 7 + 7, 2 * 4 * 7),
        'head': (6, 2 * 5),
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


SHAPE = dict(num_frames=8, size=32, clip_seconds=0.8, audio_seconds=2.0)


def test_more_windows_cost_no_tower_and_little_else(model):
    one, three = (network_complexity(model, **SHAPE, num_windows=1 + k) for k in (1, 3))
    for part in ('visual tower', 'audio tower'):
        assert three[part] == one[part]
    assert one['neck'][1] < three['neck'][1] < 2 * one['neck'][1]


def test_a_longer_segment_costs_audio(model):
    short, long = (network_complexity(model, **{**SHAPE, 'audio_seconds': s}) for s in (2.0, 4.0))
    assert long['visual tower'] == short['visual tower']
    assert long['audio tower'][1] == pytest.approx(2 * short['audio tower'][1], rel=0.02)
    assert short['head'] == (2, 0)  # a gain and a bias
    *parts, whole = short.values()
    assert whole == tuple(map(sum, zip(*parts, strict=True)))

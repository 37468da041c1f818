import math

import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.backbones.early_fusion_net import EarlyFusionNet, compress

SMALL = dict(base_channels=4, stem_strides=((1, 2, 2), (1, 1, 1)), audio_strides=(4, 4, 4, 4, 2))


def test_full_size_counts_as_the_published_network():
    count = sum(p.numel() for p in EarlyFusionNet().parameters())
    assert count == pytest.approx(36.0e6, rel=0.01)


def test_shapes_and_dependence_on_both_inputs():
    net = EarlyFusionNet(**SMALL).eval()
    visual = net.visual(torch.randn(2, 3, 8, 32, 32))
    audio = net.forward_audio(0.1 * torch.randn(2, 6400))
    assert visual.shape == (2, 4, 4, 8, 8) and audio.shape == (2, 16, 13)
    maps = net.fuse(visual, audio)
    assert maps.shape == (2, 32, 2, 2, 2)
    assert not torch.allclose(maps, net.fuse(visual, audio.roll(3, -1)))
    assert not torch.allclose(maps, net.fuse(visual.roll(1, 2), audio))


def test_compress():
    x = torch.tensor([-1.0, 0, 0.5])
    expected = torch.tensor([-1.0, 0, math.log(1 + 127.5) / math.log(256)])
    torch.testing.assert_close(compress(x), expected)


def test_number_of_strides():
    with pytest.raises(ConfigError, match='must be two, stage_strides'):
        EarlyFusionNet(audio_strides=(4, 4))

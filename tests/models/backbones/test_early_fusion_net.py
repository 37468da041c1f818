import math

import pytest
import torch

from mmav_coattn.models.backbones.early_fusion_net import EarlyFusionNet

SMALL = dict(base_channels=4, stem_strides=((1, 2, 2), (1, 1, 1)), audio_strides=(4, 4, 4, 4, 2))


def test_full_size_counts_as_the_published_network():
    count = sum(p.numel() for p in EarlyFusionNet().parameters())
    assert count == pytest.approx(36.0e6, rel=0.01)


@torch.no_grad()
def test_shapes_and_dependence_on_both_inputs():
    net, waves = EarlyFusionNet(**SMALL).eval(), 0.1 * torch.randn(2, 6400)
    visual, audio = net.visual(torch.randn(2, 3, 8, 32, 32)), net.forward_audio(waves)
    assert visual.shape == (2, 4, 4, 8, 8) and audio.shape == (2, 16, 13)
    loud = waves.sign() * (1 + 255 * waves.abs()).log() / math.log(256)
    torch.testing.assert_close(audio, net.audio(loud[:, None]))
    maps = net.fuse(visual, audio)
    assert maps.shape == (2, 32, 2, 2, 2)
    assert not torch.allclose(maps, net.fuse(visual, audio.roll(3, -1)))
    assert not torch.allclose(maps, net.fuse(visual.roll(1, 2), audio))

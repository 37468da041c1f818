import torch

from mmav_coattn.models.backbones import AudioResNet


@torch.no_grad()
def test_full_size_is_resnet18_with_strides_of_its_own():
    tower = AudioResNet().eval()
    # ResNet-18 without its classifier has 11,176,512 parameters with 3 input channels
    # (He et al. 2016); one input channel saves 2 * 64 * 49.
    assert sum(p.numel() for p in tower.parameters()) == 11176512 - 2 * 64 * 49
    assert tower(torch.randn(1, 1, 64, 161)).shape == (1, 512, 4, 41)  # frequency / 16, time / 4


def test_output_step_is_centred_on_its_input():
    strides = ((1, 1), (2, 2), (2, 1))
    tower = AudioResNet(base_channels=4, strides=strides, stage_blocks=(2, 2, 2)).eval()
    spectrogram = torch.randn(1, 1, 64, 161, requires_grad=True)
    tower(spectrogram)[0, :, :, 20].sum().backward()
    seen = spectrogram.grad.abs().sum(dim=(0, 1, 2)).nonzero().flatten()
    assert (seen.min() + seen.max()) / 2 == 80  # step 20 at stride 4

"""Residual network on log-mel spectrograms."""

from collections.abc import Sequence

from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

Stride = tuple[int, int]
NORM = dict(type='BN2d')


class AudioBasicBlock(nn.Module):
    """mmaction2's ``BasicBlock`` with a stride (frequency, time) for the first convolution."""

    def __init__(self, inputs: int, outputs: int, stride: Stride) -> None:
        super().__init__()
        plain = dict(norm_cfg=NORM, act_cfg=None)
        self.conv1 = ConvModule(inputs, outputs, 3, stride=stride, padding=1, norm_cfg=NORM)
        self.conv2 = ConvModule(outputs, outputs, 3, padding=1, **plain)
        self.shortcut: nn.Module = nn.Identity()
        if stride != (1, 1) or inputs != outputs:
            self.shortcut = ConvModule(inputs, outputs, 1, stride=stride, **plain)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.conv2(self.conv1(x)) + self.shortcut(x))


@MODELS.register_module()
class AudioResNet(BaseModule):
    """ResNet for log-mel spectrograms, ResNet-18 by default.

    Synchronisation needs time resolution more than frequency resolution, so by default time is
    reduced by 4 (to 40 ms at a 10 ms hop) and frequency by 16.

    Args:
        base_channels (int): Of the 7x7 stem, which halves both axes; each stage doubles them.
        strides (Sequence[tuple[int, int]]): Stride along (frequency, time) of each stage.
        stage_blocks (Sequence[int]): Blocks of each stage.

    Raises:
        ConfigError: If strides are not pairs, or their number is not that of ``stage_blocks``.
    """

    def __init__(
        self,
        base_channels: int = 64,
        strides: Sequence[Stride] = ((1, 1), (2, 2), (2, 1), (2, 1)),
        stage_blocks: Sequence[int] = (2, 2, 2, 2),
    ) -> None:
        kaiming = dict(type='Kaiming', layer='Conv2d', mode='fan_out', nonlinearity='relu')
        ones = dict(type='Constant', layer='BatchNorm2d', val=1)
        super().__init__(init_cfg=[kaiming, ones])
        if len(stage_blocks) != len(strides) or any(len(stride) != 2 for stride in strides):
            raise ConfigError(
                f'AudioResNet: strides={strides} must be pairs (frequency, time), one for each of '
                f'stage_blocks={stage_blocks}.'
            )
        self.stem = ConvModule(1, base_channels, 7, stride=2, padding=3, norm_cfg=NORM)
        self.stages = nn.Sequential()
        inputs = outputs = base_channels
        for num_blocks, stride in zip(stage_blocks, strides, strict=True):
            blocks = nn.Sequential(AudioBasicBlock(inputs, outputs, tuple(stride)))
            for _ in range(num_blocks - 1):
                blocks.append(AudioBasicBlock(outputs, outputs, (1, 1)))
            self.stages.append(blocks)
            inputs, outputs = outputs, 2 * outputs

    def forward(self, log_mels: Tensor) -> Tensor:
        """(M, 1, F, T) -> (M, C, F', T'); step j is centred on input frame ``j * stride`` of T."""
        return self.stages(self.stem(log_mels))

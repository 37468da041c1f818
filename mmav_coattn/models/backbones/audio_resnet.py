"""Residual network on log-mel spectrograms."""

from __future__ import annotations

from collections.abc import Sequence

from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError


class AudioBasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al., CVPR 2016, Fig. 5 left).

    Args:
        in_channels (int): Channels of the input.
        out_channels (int): Channels of the output.
        stride (tuple[int, int]): Stride along (frequency, time) of the first convolution.
        norm_cfg (dict): Normalisation layer.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: tuple[int, int], norm_cfg: dict
    ) -> None:
        super().__init__()
        self.conv1 = ConvModule(
            in_channels, out_channels, 3, stride=stride, padding=1, norm_cfg=norm_cfg
        )
        self.conv2 = ConvModule(
            out_channels, out_channels, 3, padding=1, norm_cfg=norm_cfg, act_cfg=None
        )
        if stride == (1, 1) and in_channels == out_channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = ConvModule(
                in_channels, out_channels, 1, stride=stride, norm_cfg=norm_cfg, act_cfg=None
            )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.conv2(self.conv1(x)) + self.shortcut(x))


@MODELS.register_module()
class AudioResNet(BaseModule):
    """ResNet-18 or -34 for log-mel spectrograms, with separate strides for frequency and time.

    Synchronisation needs time resolution and little of frequency resolution, so the two axes are
    reduced by separate factors: by default 4 in time (40 ms at a 10 ms hop) and 16 in frequency.

    Args:
        depth (int): 18 or 34.
        base_channels (int): Channels of the stem; each stage doubles them.
        stem_stride (tuple[int, int]): Stride along (frequency, time) of the 7x7 stem.
        strides (Sequence[tuple[int, int]]): Stride along (frequency, time) of each stage.
        stage_blocks (Sequence[int], optional): Blocks of each stage, instead of those of ``depth``.
        norm_cfg (dict): Normalisation layer.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If the depth is unknown or the strides are not one pair a stage.
    """

    STAGE_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}

    def __init__(
        self,
        depth: int = 18,
        base_channels: int = 64,
        stem_stride: tuple[int, int] = (2, 2),
        strides: Sequence[tuple[int, int]] = ((1, 1), (2, 2), (2, 1), (2, 1)),
        stage_blocks: Sequence[int] | None = None,
        norm_cfg: dict | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        init_cfg = init_cfg or [
            dict(type='Kaiming', layer='Conv2d', mode='fan_out', nonlinearity='relu'),
            dict(type='Constant', layer=['BatchNorm2d', 'GroupNorm'], val=1),
        ]
        super().__init__(init_cfg=init_cfg)
        if depth not in self.STAGE_BLOCKS:
            raise ConfigError(
                f'AudioResNet: depth={depth} is not one of {sorted(self.STAGE_BLOCKS)}.'
            )
        if not 1 <= len(strides) <= 4 or any(len(stride) != 2 for stride in strides):
            raise ConfigError(
                f'AudioResNet: strides={strides} must be one to four pairs '
                '(frequency, time), one a stage.'
            )
        norm_cfg = norm_cfg or dict(type='BN2d')
        self.stem = ConvModule(
            1, base_channels, 7, stride=tuple(stem_stride), padding=3, norm_cfg=norm_cfg
        )
        stages = []
        channels = base_channels
        stage_blocks = stage_blocks or self.STAGE_BLOCKS[depth][: len(strides)]
        if len(stage_blocks) != len(strides):
            raise ConfigError(
                f'AudioResNet: stage_blocks={stage_blocks} and strides={strides} must '
                'have one entry a stage.'
            )
        for stage, (num_blocks, stride) in enumerate(zip(stage_blocks, strides, strict=True)):
            out_channels = base_channels * 2**stage
            blocks = []
            for block in range(num_blocks):
                block_stride = tuple(stride) if block == 0 else (1, 1)
                blocks.append(AudioBasicBlock(channels, out_channels, block_stride, norm_cfg))
                channels = out_channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.out_channels = channels

    def forward(self, log_mels: Tensor) -> Tensor:
        """Extract features.

        Args:
            log_mels (Tensor): (M, 1, F, T).

        Returns:
            Tensor: (M, C, F', T'); step ``j`` is centred on input frame ``j * stride`` of time.
        """
        return self.stages(self.stem(log_mels))

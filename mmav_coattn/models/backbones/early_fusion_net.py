"""Early fusion of picture and raw waveform: the network of Owens & Efros (ECCV 2018)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

Stride = int | Sequence[int]


def conv_norm(dims: int, in_channels: int, out_channels: int, kernel: Stride, stride: Stride = 1):
    """Convolution with 'same' padding, batch normalisation, ReLU, in 1 or 3 dimensions."""
    conv, norm = ((nn.Conv1d, nn.BatchNorm1d), (nn.Conv3d, nn.BatchNorm3d))[dims == 3]
    padding = kernel // 2 if isinstance(kernel, int) else tuple(size // 2 for size in kernel)
    return nn.Sequential(
        conv(in_channels, out_channels, kernel, stride, padding, bias=False),
        norm(out_channels),
        nn.ReLU(inplace=True),
    )


class FusionBlock(nn.Module):
    """Two convolutions and a shortcut; only the sum is normalised a second time.

    ::

        x -- conv, BN, ReLU -- conv --(+)-- BN, ReLU
         \\-- 1x1 conv, or every stride-th --/

    Args:
        dims (int): 1 for sound, 3 for pictures.
        in_channels (int): Channels of the input.
        out_channels (int): Channels of the output.
        kernel (int): Size of both convolutions in every dimension.
        stride (int or Sequence[int]): Of the first one.
    """

    def __init__(
        self, dims: int, in_channels: int, out_channels: int, kernel: int, stride: Stride = 1
    ) -> None:
        super().__init__()
        conv = nn.Conv3d if dims == 3 else nn.Conv1d
        norm = nn.BatchNorm3d if dims == 3 else nn.BatchNorm1d
        self.conv1 = conv_norm(dims, in_channels, out_channels, kernel, stride)
        self.conv2 = conv(out_channels, out_channels, kernel, padding=kernel // 2)
        if in_channels != out_channels:
            self.shortcut = conv(in_channels, out_channels, 1, stride, bias=False)
        elif stride == 1:
            self.shortcut = nn.Identity()
        else:  # a window of one: every stride-th value
            self.shortcut = nn.MaxPool3d(1, stride) if dims == 3 else nn.MaxPool1d(1, stride)
        self.norm = norm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.shortcut(x) + self.conv2(self.conv1(x))))


class PictureStem(nn.Sequential):
    """Layers of the picture before the fusion: (N, 3, T, H, W) -> (N, C, T', H', W')."""

    def __init__(self, channels: int, stem_stride: Stride, pool: bool, stride: Stride) -> None:
        layers = [conv_norm(3, 3, channels, (5, 7, 7), tuple(stem_stride))]
        if pool:
            layers.append(nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)))
        layers.append(FusionBlock(3, channels, channels, 3))
        layers.append(FusionBlock(3, channels, channels, 3, tuple(stride)))
        super().__init__(*layers)


class WaveformNet(nn.Module):
    """Layers of the sound before the fusion: (M, S) samples -> (M, 4C, S')."""

    def __init__(self, channels: int, strides: Sequence[int]) -> None:
        super().__init__()
        self.stem = conv_norm(1, 1, channels, 65, 4)
        self.pool = nn.MaxPool1d(strides[0], strides[0])
        widths = (channels, 2 * channels, 2 * channels, 4 * channels)
        self.blocks = nn.Sequential(
            *[
                FusionBlock(1, widths[i], widths[i + 1], 15, strides[i + 1])
                for i in range(len(widths) - 1)
            ]
        )

    def forward(self, waveforms: Tensor) -> Tensor:
        return self.blocks(self.pool(self.stem(compress(waveforms)[:, None])))


def compress(waveforms: Tensor, levels: float = 255.0) -> Tensor:
    """Mu-law compression, ``sign(x) ln(1 + 255 |x|) / ln 256``: quiet sounds become visible."""
    return waveforms.sign() * torch.log1p(levels * waveforms.abs()) / math.log1p(levels)


class FusedNet(nn.Module):
    """The layers that see both: one pass for each pair of picture and sound."""

    def __init__(self, channels: int, strides: Sequence[Stride]) -> None:
        super().__init__()
        wide = 2 * channels
        self.edge = channels
        self.sound = conv_norm(1, 4 * channels, wide, 3)
        self.merge1 = conv_norm(3, 3 * channels, 8 * channels, 1)
        self.merge2 = nn.Conv3d(8 * channels, wide, 1)
        self.merge_norm = nn.BatchNorm3d(wide)
        blocks, width = [], wide
        for out, stride in zip((wide, 2 * wide, 4 * wide), strides, strict=True):
            stride = 1 if tuple(stride) == (1, 1, 1) else tuple(stride)
            blocks += [FusionBlock(3, width, out, 3, stride), FusionBlock(3, out, out, 3)]
            width = out
        self.blocks = nn.Sequential(*blocks)

    def forward(self, visual: Tensor, audio: Tensor) -> Tensor:
        """(M, C, T', H', W') and (M, 4C, S') of the same M pairs -> (M, 8C, T'', H'', W'')."""
        audio = self.sound(F.adaptive_max_pool1d(audio, visual.shape[2]))
        audio = audio[..., None, None].expand(-1, -1, -1, *visual.shape[-2:])
        both = torch.cat([visual, audio], dim=1)
        # The shortcut keeps the first channels of the picture and the last of the sound.
        short = torch.cat([both[:, : self.edge], both[:, -self.edge :]], dim=1)
        return self.blocks(F.relu(self.merge_norm(self.merge2(self.merge1(both)) + short)))


@MODELS.register_module()
class EarlyFusionNet(BaseModule):
    """Baseline: picture and raw waveform joined after a few layers, then 3-D convolutions on both.

    Owens & Efros, "Audio-Visual Scene Analysis with Self-Supervised Multisensory Features" (ECCV
    2018, Fig. 2), after the layer table of its public implementation: 3-D ResNet-18 of 64 to 512
    channels; 1-D convolutions of 65 and 15 samples on the compressed waveform, 1,024 samples a
    step; the sound's steps pooled to the picture's, tiled over its places and concatenated. At
    ``base_channels=64`` 36.0 M parameters. Written afresh; departures: one channel of sound instead
    of two, and plain instead of fractional maximum pooling of the sound's steps.

    Args:
        base_channels (int): Channels of the first layers; the last have 8 times as many.
        stem_stride (tuple[int, int, int]): Of the first layer of the picture.
        stem_pool (bool): Whether maximum pooling of places, stride 2, follows it.
        stage_strides (Sequence[tuple[int, int, int]]): Of the four stages; the fusion lies between
            the first and the second.
        audio_strides (Sequence[int]): Of the pooling after the first layer of the sound, whose own
            stride is 4, and of its three blocks.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If there are not four strides each.
    """

    def __init__(
        self,
        base_channels: int = 64,
        stem_stride: tuple[int, int, int] = (2, 2, 2),
        stem_pool: bool = True,
        stage_strides: Sequence[Stride] = ((2, 2, 2), (1, 1, 1), (2, 2, 2), (1, 2, 2)),
        audio_strides: Sequence[int] = (4, 4, 4, 4),
        init_cfg: dict | list | None = None,
    ) -> None:
        init_cfg = init_cfg or [
            dict(type='Kaiming', layer=['Conv1d', 'Conv3d'], mode='fan_in'),
            dict(type='Constant', layer=['BatchNorm1d', 'BatchNorm3d'], val=1),
        ]
        super().__init__(init_cfg=init_cfg)
        if len(stage_strides) != 4 or len(audio_strides) != 4:
            raise ConfigError(
                f'EarlyFusionNet: stage_strides={stage_strides} and audio_strides={audio_strides} '
                'must have four entries each.'
            )
        self.visual = PictureStem(base_channels, stem_stride, stem_pool, stage_strides[0])
        self.audio = WaveformNet(base_channels, audio_strides)
        self.fused = FusedNet(base_channels, stage_strides[1:])

    def forward(self, imgs: Tensor, waveforms: Tensor) -> Tensor:
        """Features of M pairs: (M, 3, T, H, W) and (M, S) -> (M, 8C, T', H', W')."""
        return self.fused(self.visual(imgs), self.audio(waveforms))

"""Early fusion of video and raw waveform: the network of Owens & Efros (ECCV 2018)."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

#: Layers of waveforms (1 axis) and of video (3 axes), and the kernel of their blocks.
LAYERS = {
    1: (nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d, 15),
    3: (nn.Conv3d, nn.BatchNorm3d, nn.MaxPool3d, 3),
}
Size = int | Sequence[int]


def conv_norm(axes: int, in_channels: int, out_channels: int, kernel: Size, stride: Size = 1):
    """Convolution with 'same' padding, batch normalisation, ReLU."""
    conv, norm, *_ = LAYERS[axes]
    padding = kernel // 2 if isinstance(kernel, int) else tuple(size // 2 for size in kernel)
    return nn.Sequential(
        conv(in_channels, out_channels, kernel, stride, padding, bias=False),
        norm(out_channels),
        nn.ReLU(inplace=True),
    )


class FusionBlock(nn.Module):
    """Two convolutions, and a shortcut that only strides where the channels stay."""

    def __init__(self, axes: int, in_channels: int, out_channels: int, stride: Size = 1) -> None:
        super().__init__()
        conv, norm, pool, kernel = LAYERS[axes]
        self.conv1 = conv_norm(axes, in_channels, out_channels, kernel, stride)
        self.conv2 = conv(out_channels, out_channels, kernel, padding=kernel // 2)
        if in_channels == out_channels:
            self.shortcut = pool(1, stride)
        else:
            self.shortcut = conv(in_channels, out_channels, 1, stride, bias=False)
        self.norm = norm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.shortcut(x) + self.conv2(self.conv1(x))))


@MODELS.register_module()
class EarlyFusionNet(BaseModule):
    """Baseline: video and raw waveform joined after a few layers, then 3-D convolutions on both.

    Owens & Efros, "Audio-Visual Scene Analysis with Self-Supervised Multisensory Features" (ECCV
    2018, Fig. 2), after the layer table of its public implementation. At ``base_channels=64`` 36.0
    M parameters. Departures: mono audio, and plain instead of fractional maximum pooling.

    Args:
        base_channels (int): Channels C of the first layers; the last have 8 times as many.
        stem_strides (Sequence[tuple[int, int, int]]): Along (time, height, width), of the first
            layer of the video and of the maximum pooling after it.
        stage_strides (Sequence[tuple[int, int, int]]): Of a stage before the fusion, three after.
        audio_strides (Sequence[int]): Of stem, maximum pooling and three blocks of the audio.

    Raises:
        ConfigError: If there are not two, four and five strides.
    """

    def __init__(
        self,
        base_channels: int = 64,
        stem_strides: Sequence[Size] = ((2, 2, 2), (1, 2, 2)),
        stage_strides: Sequence[Size] = ((2, 2, 2), (1, 1, 1), (2, 2, 2), (1, 2, 2)),
        audio_strides: Sequence[int] = (4, 4, 4, 4, 4),
    ) -> None:
        kaiming = dict(type='Kaiming', layer=['Conv1d', 'Conv3d'], mode='fan_in')
        ones = dict(type='Constant', layer=['BatchNorm1d', 'BatchNorm3d'], val=1)
        super().__init__(init_cfg=[kaiming, ones])
        if (len(stem_strides), len(stage_strides), len(audio_strides)) != (2, 4, 5):
            raise ConfigError(
                f'EarlyFusionNet: stem_strides={stem_strides} must be two, stage_strides='
                f'{stage_strides} four and audio_strides={audio_strides} five.'
            )
        c = base_channels
        stem, pool = stem_strides
        self.visual = nn.Sequential(  # (N, 3, T, H, W) -> (N, C, T', H', W')
            conv_norm(3, 3, c, (5, 7, 7), stem),
            # A window of 3 where the stride is 2; nothing where it is 1.
            nn.MaxPool3d([2 * s - 1 for s in pool], pool, [s - 1 for s in pool]),
            FusionBlock(3, c, c),
            FusionBlock(3, c, c, stage_strides[0]),
        )
        self.audio = nn.Sequential(
            conv_norm(1, 1, c, 65, audio_strides[0]),
            nn.MaxPool1d(audio_strides[1]),
            FusionBlock(1, c, 2 * c, audio_strides[2]),
            FusionBlock(1, 2 * c, 2 * c, audio_strides[3]),
            FusionBlock(1, 2 * c, 4 * c, audio_strides[4]),
        )
        self.audio_steps = conv_norm(1, 4 * c, 2 * c, 3)
        self.merge = nn.Sequential(conv_norm(3, 3 * c, 8 * c, 1), nn.Conv3d(8 * c, 2 * c, 1))
        self.merge_norm = nn.BatchNorm3d(2 * c)
        self.fused = nn.Sequential()
        for i, o, stage in ((2 * c, 2 * c, 1), (2 * c, 4 * c, 2), (4 * c, 8 * c, 3)):
            self.fused.extend([FusionBlock(3, i, o, stage_strides[stage]), FusionBlock(3, o, o)])

    def forward_audio(self, waveforms: Tensor) -> Tensor:
        """Audio before the fusion: (M, S) samples -> (M, 4C, S')."""
        # Mu-law compression, sign(x) ln(1 + 255 |x|) / ln 256, raises quiet audio.
        loud = waveforms.sign() * torch.log1p(255 * waveforms.abs()) / math.log(256)
        return self.audio(loud[:, None])

    def fuse(self, visual: Tensor, audio: Tensor) -> Tensor:
        """M pairs of both, (M, C, T', H', W') and (M, 4C, S') -> (M, 8C, T'', H'', W'')."""
        audio = self.audio_steps(F.adaptive_max_pool1d(audio, visual.shape[2]))
        audio = audio[..., None, None].expand(-1, -1, -1, *visual.shape[-2:])
        # The shortcut keeps the video and the last channels of the audio.
        short = torch.cat([visual, audio[:, -visual.shape[1] :]], dim=1)
        merged = self.merge(torch.cat([visual, audio], dim=1)) + short
        return self.fused(F.relu(self.merge_norm(merged)))

"""The decision from two streams (N, J, T, D)."""

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.necks import StreamFeatures
from mmav_coattn.models.necks.token_neck import TokenBatchNorm

from .base_sync_head import BaseSyncHead


def small_linear(in_channels: int) -> nn.Linear:
    """One output, small weights: training starts at chance (ln 2) instead of confidently wrong."""
    layer = nn.Linear(in_channels, 1)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.zeros_(layer.bias)
    return layer


@MODELS.register_module()
class StreamHead(BaseSyncHead):
    """Fuses both streams per time step, looks over neighbouring steps, pools over time.

    ``in_channels`` are the channels D of the streams; for losses see :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(nn.Linear(3 * in_channels, in_channels), nn.ReLU(inplace=True))
        self.convs = nn.Sequential()
        for _ in range(2):
            conv = nn.Conv1d(in_channels, in_channels, 5, padding=2)
            self.convs.extend([conv, nn.BatchNorm1d(in_channels), nn.ReLU(inplace=True)])
        self.classify = small_linear(2 * in_channels)

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio, visual * audio], dim=-1))
        steps = self.convs(fused.flatten(0, 1).transpose(1, 2))  # (N*J, D, T)
        pooled = torch.cat([steps.mean(dim=-1), steps.amax(dim=-1)], dim=-1)
        return self.classify(pooled).view(visual.shape[:2])


@MODELS.register_module()
class ConcatHead(BaseSyncHead):
    """Baseline: concatenation and two fully connected layers, as in L3-Net.

    The fusion of Arandjelovic & Zisserman, "Look, Listen and Learn" (ICCV 2017, Fig. 2), with 128
    channels between the layers. They judge one frame and the second of audio around it; here the
    logits of all time steps are averaged. Arguments are those of :class:`StreamHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(nn.Linear(2 * in_channels, 128), nn.ReLU(inplace=True))
        self.classify = small_linear(128)

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio], dim=-1))
        return self.classify(fused).squeeze(-1).mean(dim=-1)

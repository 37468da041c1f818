"""Plain concatenation: both vectors side by side, then fully connected layers."""

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.necks import StreamFeatures
from mmav_coattn.models.necks.token_neck import TokenBatchNorm

from .base_sync_head import BaseSyncHead
from .stream_head import small_linear


@MODELS.register_module()
class ConcatHead(BaseSyncHead):
    """Baseline: concatenation and two fully connected layers, as in L3-Net.

    The fusion of Arandjelovic & Zisserman, "Look, Listen and Learn" (ICCV 2017, Fig. 2). They judge
    one frame and the second of audio around it; here the logits of all time steps are averaged.

    Args:
        in_channels (int): Channels D of the streams.
        hidden_channels (int): Channels between the two layers (128 in L3-Net).
        **kwargs: Losses, see :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, hidden_channels: int = 128, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(
            nn.Linear(2 * in_channels, hidden_channels), nn.ReLU(inplace=True)
        )
        self.classify = small_linear(hidden_channels)

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J) of streams (N, J, T, D)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio], dim=-1))
        return self.classify(fused).squeeze(-1).mean(dim=-1)

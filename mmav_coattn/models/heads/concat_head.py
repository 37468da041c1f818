"""Plain concatenation: both vectors side by side, then fully connected layers."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures
from mmav_coattn.models.necks.token_norm import TokenBatchNorm

from .base_sync_head import BaseSyncHead


@MODELS.register_module()
class ConcatHead(BaseSyncHead):
    """Baseline: concatenation and two fully connected layers, as in L3-Net.

    The fusion of Arandjelovic & Zisserman, "Look, Listen and Learn" (ICCV 2017, Fig. 2): one vector
    of the picture and one of the sound, concatenated, fully connected to ``hidden_channels``, ReLU,
    fully connected to the answer. They judge one frame and the second of sound around it; here each
    time step is judged so, and the logits of the steps are averaged. Nothing multiplies one
    modality by the other and nothing looks at neighbouring steps.

    Args:
        in_channels (int): Channels D of the streams.
        hidden_channels (int): Channels between the two layers (128 in L3-Net).
        **kwargs: Of :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, hidden_channels: int = 128, **kwargs) -> None:
        super().__init__(in_channels, **kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(
            nn.Linear(2 * in_channels, hidden_channels), nn.ReLU(inplace=True)
        )
        self.classify = nn.Linear(hidden_channels, 1)
        # Small, so that training starts at chance (ln 2).
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.zeros_(self.classify.bias)

    def forward(self, features: CoAttentionFeatures) -> Tensor:
        """Logits (N, J) of streams (N, J, T, D)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio], dim=-1))
        return self.classify(fused).squeeze(-1).mean(dim=-1)

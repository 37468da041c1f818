"""The decision by the match alone."""

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.necks import MatchFeatures

from .base_sync_head import BaseSyncHead


@MODELS.register_module()
class MatchHead(BaseSyncHead):
    """Logit = gain * score + bias, of the score of :class:`CoAttentionNeck`."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.gain = nn.Parameter(torch.ones(()))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, features: MatchFeatures) -> Tensor:
        """Logits (N, J)."""
        return self.logits(features.score)

    def logits(self, score: Tensor) -> Tensor:
        """Logits of scores of any shape."""
        return self.gain.to(score.device) * score + self.bias.to(score.device)

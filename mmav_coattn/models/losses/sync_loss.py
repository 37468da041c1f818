"""Binary cross-entropy of all audio windows of a clip."""

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class SyncLoss(nn.Module):
    """Binary cross-entropy of J logits a clip, weighted so that chance is ln 2 for any J."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Logits and labels (N, J), 1 in sync and 0 shifted -> scalar."""
        losses = F.binary_cross_entropy_with_logits(logits, labels, reduction='none')
        return (balanced_weights(labels) * losses).sum(dim=1).mean()


def balanced_weights(labels: Tensor) -> Tensor:
    """Weights (N, J) that sum to 1 a clip: half for the 1s of ``labels``, half for its 0s."""
    positives = labels.sum(dim=1, keepdim=True)
    negatives = labels.shape[1] - positives
    return torch.where(labels > 0.5, 0.5 / positives.clamp(min=1), 0.5 / negatives.clamp(min=1))

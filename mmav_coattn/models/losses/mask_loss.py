"""Mixing and separating: the mask of a clip's own audio within a mixture."""

import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MaskLoss(nn.Module):
    """Binary cross-entropy of a spectrogram's mask, weighted by the magnitude of the mixture.

    The audio of two clips is added, so each one's share is known without labels (Zhao et al. 2018,
    "The Sound of Pixels").
    """

    def forward(self, logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """Logits, mask within 0 and 1, and weight, all (N, F, T_a) -> scalar; 0 without weight."""
        losses = F.binary_cross_entropy_with_logits(logits.float(), target, reduction='none')
        return (weight * losses).sum() / weight.sum().clamp(min=1e-6)

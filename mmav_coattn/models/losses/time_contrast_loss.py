"""Contrast over time: which audio step belongs to a video step, and the other way round."""

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class TimeContrastLoss(nn.Module):
    r"""InfoNCE over the time steps of the in-sync pair, with multiple instances.

    The decision "in sync or not" is one bit a clip; this loss asks for each step which of the steps
    the audio belongs to. Which location and band explain it is not given: the best ones count,

    .. math:: S_{ts} = \log \frac{1}{PL} \sum_{pl} \exp S^{pl}_{ts}

    and the loss is a quarter of the cross-entropies of rows and of columns of :math:`S` with
    :math:`s = t` as the right answer (InfoNCE, van den Oord et al. 2018; both ways as CLIP; over
    locations as Afouras et al. 2020, "Self-supervised learning of audio-visual objects from
    video"). Chance is half the logarithm of the number of steps.
    """

    def forward(self, similarity: Tensor) -> Tensor:
        """Similarity (N, J, P, L, T, T), of which window 0 is in sync -> scalar."""
        pairs = similarity[:, 0].flatten(1, 2)
        steps = pairs.logsumexp(dim=1) - math.log(pairs.shape[1])  # (N, T, T)
        right = torch.arange(steps.shape[-1], device=steps.device).expand(steps.shape[:2])
        rows = F.cross_entropy(steps.flatten(0, 1), right.flatten())
        columns = F.cross_entropy(steps.transpose(1, 2).flatten(0, 1), right.flatten())
        return (rows + columns) / 4

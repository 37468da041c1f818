"""Attention by evidence: which place explains the sound of the whole clip, and how well."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .time_contrast import TimeContrast


class PlaceEvidence(nn.Module):
    r"""Audio-guided attention over places by what :class:`TimeContrast` learned to compare.

    The sound asks each place :math:`p` at each step :math:`t`: of all steps of this clip, is mine
    the one that goes with you, and am I the one that you go with? The answer is a log-probability,
    the mean of both directions,

    .. math:: f_{tp} = \tfrac12 \Big( \log \mathrm{softmax}_{t'} S^p_{tt'}
              + \log \mathrm{softmax}_{t'} S^p_{t't} \Big)_{t'=t} + \log T,

    with :math:`S^p` the cosines over the temperature of :class:`TimeContrast`, and 0 what chance
    gives. What sounds answers well all the time; what moves in silence does now and then. So
    places compete with the mean over the clip: their weights are
    :math:`w_p = \mathrm{softmax}_p(\beta \sqrt T\, \bar f_p)`, :math:`\beta` learned, from 1 on.

    Steps next to a step, and those at both ends, are left out as in :class:`TimeContrast`.
    """

    #: Channels of what is handed on a step.
    STEP_CHANNELS = 2

    def __init__(self) -> None:
        super().__init__()
        self.log_sharpness = nn.Parameter(torch.zeros(()))

    def forward(
        self, time_contrast: TimeContrast, visual_tokens: Tensor, audio_tokens: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weigh the places.

        Args:
            time_contrast (TimeContrast): Whose embeddings and settings are used.
            visual_tokens (Tensor): (N, T, P, D).
            audio_tokens (Tensor): (N, J, T, L, D).

        Returns:
            tuple[Tensor, Tensor, Tensor]: For each step :math:`f` and the cosine at the places that
            the sound attends to (N, J, T, 2), 0 at the ends; for the clip the evidence of its
            places together, in nats a step (N, J); and the weights (N, J, P).
        """
        fit, at_step = time_contrast.fit_inside(visual_tokens, audio_tokens)
        steps, edge = fit.shape[-1], time_contrast.edge
        fit = fit + math.log(steps)
        sharpness = self.log_sharpness.exp() * math.sqrt(steps)
        products = sharpness * fit.mean(dim=-1)  # (N, J, P)
        weights = products.softmax(dim=-1)
        evidence = (products.logsumexp(dim=-1) - math.log(products.shape[-1])) / sharpness
        attended = torch.stack([fit, at_step], dim=-1)  # (N, J, P, T, 2)
        attended = torch.einsum('njp,njptc->njtc', weights, attended)
        return F.pad(attended, (0, 0, edge, edge)), evidence, weights

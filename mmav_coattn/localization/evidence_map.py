"""How well each place of the picture explains the sound, against all other moments of the clip."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.visual_stages import average_values, grids_of

from .base import ClipEvidence, MapSource
from .similarity_map import contrast_of

#: Places compared at once, since memory grows with places times the square of the steps.
PLACES = 512


@MODELS.register_module()
class EvidenceMap(MapSource):
    r"""Log-probability that a place and the sound of its moment belong together.

    All moments of the clip compete for it. It is :math:`f_{tp}` of :class:`PlaceEvidence`, from the
    projections that :class:`TimeContrast` learnt, 0 being chance, in nats; any network trained with
    ``time_contrast`` has it. A place that is alike to every sound has a high cosine
    (:class:`SimilarityMap`) all the time and explains nothing; here it has 0. The first and last
    ``edge`` steps, which take no part, have 0 as well.
    """

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Nats (N, J, T', H', W').

        Raises:
            ConfigError: If the network has no ``time_contrast``, or the clip is too short for it.
        """
        contrast = contrast_of(evidence, 'EvidenceMap')
        features = evidence.features
        fits = [
            contrast.fit_inside(places, features.audio_tokens)[0]
            for places in features.visual_tokens.split(PLACES, dim=2)
        ]
        fit = torch.cat(fits, dim=2)  # (N, J, P, T' inside)
        fit = F.pad(fit + math.log(fit.shape[-1]), (contrast.edge, contrast.edge))
        return average_values(fit.transpose(2, 3), grids_of(evidence.visual))

    def weights(self, maps: Tensor) -> Tensor:
        """Softmax over the places of each step."""
        return maps.flatten(-2).softmax(dim=-1).view_as(maps)

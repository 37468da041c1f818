"""Similarity of each place of the picture with the sound of the same moment."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import average_values, grids_of

from .base import ClipEvidence, MapSource


@MODELS.register_module()
class SimilarityMap(MapSource):
    """Cosine of the two projections that :class:`TimeContrast` learnt, at each place.

    Unlike attention it is not shared out over the places: where nothing fits, all of it is low.

    Args:
        temperature (float): For pictures: weights are the softmax of the cosine over it.
        **kwargs: See :class:`MapSource`.

    Raises:
        ConfigError: If the temperature is not positive.
    """

    def __init__(self, temperature: float = 0.1, **kwargs) -> None:
        super().__init__(**kwargs)
        if not temperature > 0:
            raise ConfigError(f'SimilarityMap: temperature={temperature} must be above 0.')
        self.temperature = temperature

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Cosines (N, J, T', H', W')."""
        contrast = contrast_of(evidence, 'SimilarityMap')
        features = evidence.features
        num_sounds = features.audio_tokens.shape[1]
        maps = []
        for index in range(num_sounds):
            visual, audio = contrast.embed(
                features.visual_tokens, features.audio_tokens[:, index]
            )  # (N, T', P, C), (N, T', C)
            maps.append(torch.einsum('ntpc,ntc->ntp', visual, audio))
        return average_values(torch.stack(maps, dim=1), grids_of(evidence.visual))

    def weights(self, maps: Tensor) -> Tensor:
        """Softmax over the places of each step."""
        return (maps.flatten(-2) / self.temperature).softmax(dim=-1).view_as(maps)


def contrast_of(evidence: ClipEvidence, kind: str) -> nn.Module:
    """The :class:`TimeContrast` that learnt to compare places with sounds.

    Raises:
        ConfigError: If the network has none; names the ``kind`` of map.
    """
    contrast = getattr(evidence.model.cls_head, 'time_contrast', None)
    if contrast is None or evidence.visual is None:
        raise ConfigError(
            f'{kind}: this network was trained without cls_head.time_contrast, so it '
            'cannot compare places with sounds; use another map_source.'
        )
    return contrast

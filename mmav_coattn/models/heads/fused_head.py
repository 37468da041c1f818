"""The answer of a network whose features already hold both modalities."""

from __future__ import annotations

from typing import NamedTuple

from mmaction.registry import MODELS
from torch import Tensor, nn

from .base_sync_head import BaseSyncHead


class FusedFeatures(NamedTuple):
    """What an early-fusion network hands to its head.

    Attributes:
        maps (Tensor): (N, J, C, T', H', W').
        attention (Tensor | None): Class activation map as weights (N, J, T', H', W') that sum to 1
            over places; None unless asked for.
    """

    maps: Tensor
    attention: Tensor | None = None


@MODELS.register_module()
class FusedHead(BaseSyncHead):
    """Mean over time and places, one linear layer (Owens & Efros, ECCV 2018).

    Args:
        in_channels (int): Channels C of the maps.
        **kwargs: Of :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(in_channels, **kwargs)
        self.classify = nn.Linear(in_channels, 1)
        # Small, so that training starts at chance (ln 2).
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.zeros_(self.classify.bias)

    def forward(self, features: FusedFeatures) -> Tensor:
        """Logits (N, J)."""
        return self.classify(features.maps.mean(dim=(-3, -2, -1))).squeeze(-1)

    def activation_map(self, maps: Tensor) -> Tensor:
        """Class activation map (Zhou et al., CVPR 2016): softmax over places of each one's logit.

        Args:
            maps (Tensor): (N, J, C, T', H', W').

        Returns:
            Tensor: (N, J, T', H', W'), sums to 1 over places.
        """
        logits = self.classify(maps.movedim(2, -1)).squeeze(-1).float()
        return logits.flatten(-2).softmax(dim=-1).unflatten(-1, logits.shape[-2:])

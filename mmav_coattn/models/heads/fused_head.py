"""The decision of a network whose features already hold both modalities."""

from typing import NamedTuple

from mmaction.registry import MODELS
from torch import Tensor

from .base_sync_head import BaseSyncHead
from .stream_head import small_linear


class FusedFeatures(NamedTuple):
    """What an early-fusion network hands to its head."""

    maps: Tensor  #: (N, J, C, T', H', W').
    sound_map: Tensor  #: See :meth:`FusedHead.activation_map`.


@MODELS.register_module()
class FusedHead(BaseSyncHead):
    """Mean over time and locations, one linear layer (Owens & Efros, ECCV 2018).

    ``in_channels`` are the channels C of the maps; for losses see :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.classify = small_linear(in_channels)

    def forward(self, features: FusedFeatures) -> Tensor:
        """Logits (N, J)."""
        return self.classify(features.maps.mean(dim=(-3, -2, -1))).squeeze(-1)

    def activation_map(self, maps: Tensor) -> Tensor:
        """Class activation map (Zhou et al., CVPR 2016): softmax over locations of their logits.

        Maps (N, J, C, T', H', W') -> (N, J, T', H', W'), which sums to 1 over locations.
        """
        logits = self.classify(maps.movedim(2, -1)).squeeze(-1).float()
        return logits.flatten(-2).softmax(dim=-1).unflatten(-1, logits.shape[-2:])

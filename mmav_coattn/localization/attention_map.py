"""Audio-guided attention (AGA) as a map: where each sound looked."""

from __future__ import annotations

from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .base import ClipEvidence, MapSource


@MODELS.register_module()
class AttentionMap(MapSource):
    """The weights of audio-guided attention over the places of the picture.

    They sum to 1 over the places of a step, so they say *where* but hardly *whether*; those of
    sigmoid attention (``neck.activation='sigmoid'``) may all be low.

    Args:
        head (int | str): ``'mean'`` over the heads, or the number of one of them.
        blocks (str): ``'last'`` co-attention block, or ``'rollout'`` over all of them: a block
            adds what it saw to the stream, so each counts as much as the stream before it
            (attention rollout, Abnar & Zuidema, ACL 2020). Self-attention over time is left out:
            it moves weight between moments, and a map is of one moment.
        **kwargs: See :class:`MapSource`.

    Raises:
        ConfigError: If an argument is unknown.
    """

    needs_attention = True
    BLOCKS = ('last', 'rollout')

    def __init__(self, head: int | str = 'mean', blocks: str = 'last', **kwargs) -> None:
        super().__init__(**kwargs)
        if blocks not in self.BLOCKS:
            raise ConfigError(f'AttentionMap: blocks={blocks!r} is not one of {self.BLOCKS}.')
        if head != 'mean' and not (isinstance(head, int) and head >= 0):
            raise ConfigError(
                f"AttentionMap: head={head!r} must be 'mean' or the number of a head."
            )
        self.head = head
        self.blocks = blocks

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Weights (N, J, T', H', W'); of a softmax 1 in sum over the places of each step."""
        features = evidence.features
        if features.attention is None:
            raise ConfigError(
                'This network has no audio-guided attention (neck.module is VGA, or its neck '
                'pools), so it has no such map; use AGA or CMA, or another map_source.'
            )
        if self.head == 'mean' and self.blocks == 'last':
            return features.attention
        weights = getattr(features, 'head_weights', None)  # (N, J, blocks, heads, T', H', W')
        if weights is None:
            raise ConfigError('AttentionMap: this network has neither heads nor blocks.')
        if self.head == 'mean':
            weights = weights.mean(dim=3)
        elif self.head < weights.shape[3]:
            weights = weights[:, :, :, self.head]
        else:
            raise ConfigError(
                f'AttentionMap: head={self.head}, but the network has {weights.shape[3]} heads, '
                'counted from 0.'
            )
        if self.blocks == 'last':
            return weights[:, :, -1]
        return rollout(weights)


def rollout(weights: Tensor) -> Tensor:
    """Weights of all blocks (N, J, blocks, ...) as those of the stream after the last one.

    The first block makes the stream; each later one is half of what comes after it.
    """
    rolled = weights[:, :, 0]
    for block in weights.unbind(dim=2)[1:]:
        rolled = (rolled + block) / 2
    return rolled

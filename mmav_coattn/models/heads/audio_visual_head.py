"""Classification from pooled features of one tower or of both."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor, nn

from .segment_head import segment_features


@MODELS.register_module()
class AudioVisualHead(BaseHead):
    """Late fusion: pooled features of each tower side by side, normalised, and one linear layer.

    Args:
        num_classes (int): Classes.
        in_channels (dict[str, int]): Channels of each tower that is used, e.g.
            ``dict(visual=64, audio=64)``; ``dict(audio=64)`` is a head on the sound alone.
        num_segments (int): Parts of time that are pooled apart.
        dropout_ratio (float): Dropout before the linear layer.
        **kwargs: Arguments of mmaction2's ``BaseHead``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: Mapping[str, int],
        num_segments: int = 1,
        dropout_ratio: float = 0.5,
        **kwargs,
    ) -> None:
        size = sum(in_channels.values()) * num_segments
        super().__init__(num_classes, size, **kwargs)
        self.towers = tuple(in_channels)
        self.num_segments = num_segments
        self.norm = nn.BatchNorm1d(size, affine=False)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(size, num_classes)

    def init_weights(self) -> None:
        """Small random weights."""
        nn.init.normal_(self.fc_cls.weight, std=0.01)
        nn.init.zeros_(self.fc_cls.bias)

    def forward(self, features: Mapping[str, Tensor], **kwargs) -> Tensor:
        """Class scores (N, num_classes).

        Args:
            features (Mapping[str, Tensor]): ``visual`` (N, C, T, H, W), ``audio`` (N, C, F, T).
        """
        pooled = []
        for tower in self.towers:
            x = features[tower]
            if tower == 'audio':
                x = x.transpose(2, 3).unsqueeze(-1)  # time first, as in pictures
            pooled.append(segment_features(x, self.num_segments))
        return self.fc_cls(self.dropout(self.norm(torch.cat(pooled, dim=1))))

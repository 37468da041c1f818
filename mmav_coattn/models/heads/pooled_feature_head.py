"""A head that answers with features instead of classes."""

from __future__ import annotations

import torch
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor

from .segment_head import segment_features


@MODELS.register_module()
class PooledFeatureHead(BaseHead):
    """Adds to each data sample ``feature`` (D,), the mean over its clips, place and time.

    It has no weights and cannot be trained.

    Args:
        in_channels (int): Channels of the tower.
        num_segments (int): Parts of time that are pooled apart.
    """

    def __init__(self, in_channels: int, num_segments: int = 1) -> None:
        super().__init__(num_classes=1, in_channels=in_channels)
        self.num_segments = num_segments

    def forward(self, x: Tensor | tuple[Tensor, ...], **kwargs) -> Tensor:
        """Features (M, D) of (M, C, T, H, W)."""
        return segment_features(x[-1] if isinstance(x, tuple) else x, self.num_segments)

    def predict(self, feats: Tensor | tuple[Tensor, ...], data_samples: list, **kwargs) -> list:
        """Add ``feature`` to the data samples."""
        features = self(feats)
        features = features.view(len(data_samples), -1, features.shape[1]).mean(dim=1)
        for sample, feature in zip(data_samples, features, strict=True):
            sample.set_field(feature, 'feature', dtype=torch.Tensor)
        return data_samples

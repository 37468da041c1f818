"""What all heads of the synchronisation pretext share."""

from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.losses import balanced_weights


class BaseSyncHead(BaseModule):
    """Logits of J audio windows a clip, window 0 in sync, and their losses.

    Args:
        loss_sync (dict, optional): Loss of the logits, :class:`SyncLoss` by default.
        loss_contrast (dict, optional): Auxiliary loss of the neck's similarity, such as
            :class:`TimeContrastLoss`. None leaves it out.
    """

    def __init__(self, loss_sync: dict | None = None, loss_contrast: dict | None = None) -> None:
        super().__init__()
        self.loss_sync = MODELS.build(loss_sync or dict(type='SyncLoss'))
        self.loss_contrast = None if loss_contrast is None else MODELS.build(loss_contrast)

    def loss(self, features: Any, data_samples: list) -> dict[str, Tensor]:
        """``loss_sync``, ``loss_contrast`` where there is one, and ``sync_accuracy``.

        Of the neck's output and of samples with ``sync_label`` (J,); the in-sync window weighs as
        much as all others. ``ConfigError`` if ``loss_contrast`` is set without a similarity.
        """
        logits = self.predict(features)
        labels = torch.stack([sample.sync_label for sample in data_samples]).to(logits)
        correct = ((logits > 0) == (labels > 0.5)).to(logits)
        losses = dict(
            loss_sync=self.loss_sync(logits, labels),
            sync_accuracy=(balanced_weights(labels) * correct).sum(dim=1).mean(),
        )
        if self.loss_contrast is not None:
            similarity = getattr(features, 'similarity', None)
            if similarity is None:
                raise ConfigError('cls_head: loss_contrast needs a neck that gives its similarity.')
            losses['loss_contrast'] = self.loss_contrast(similarity)
        return losses

    def predict(self, features: Any) -> Tensor:
        """Logits (N, J) of the neck's output, float32; above 0 means in sync."""
        return self(features).float()

"""Losses that all heads of the synchronisation pretext share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from mmav_coattn.errors import ConfigError


class BaseSyncHead(BaseModule):
    """Binary cross-entropy of J = 1+K logits a clip, and what may be added to it.

    The one in-sync window and the K shifted ones together weigh the same, so that chance is ln 2
    for any K.

    Args:
        in_channels (int): Channels D of the features.
        ranking_weight (float): Weight of the ranking term: cross-entropy over the J windows of a
            clip (chance: ln J).
        time_contrast (dict, optional): Config of a :class:`TimeContrast`, an auxiliary loss on the
            tokens; ``in_channels`` is filled in.
        contrast_weight (float): Its weight.
        init_cfg (dict, optional): Initialisation.
    """

    def __init__(
        self,
        in_channels: int,
        ranking_weight: float = 0.0,
        time_contrast: dict | None = None,
        contrast_weight: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.ranking_weight = ranking_weight
        self.contrast_weight = contrast_weight
        self.time_contrast = None
        if time_contrast is not None:
            self.time_contrast = MODELS.build({'in_channels': in_channels, **time_contrast})

    @abstractmethod
    def forward(self, features: Any) -> Tensor:
        """Logits (N, J) of the features; above 0 means in sync."""

    def loss(self, features: Any, data_samples: list) -> dict[str, Tensor]:
        """Losses and training accuracy.

        Args:
            features (CoAttentionFeatures): Output of the neck.
            data_samples (list[ActionDataSample]): With ``sync_label`` (J,).

        Returns:
            dict[str, Tensor]: ``loss_sync``, ``loss_ranking`` if weighted, ``loss_contrast`` if
            there is a :class:`TimeContrast`, ``sync_accuracy``.

        Raises:
            ConfigError: If there is a :class:`TimeContrast` and the neck gives no tokens.
        """
        logits = self(features).float()
        labels = torch.stack([sample.sync_label for sample in data_samples]).to(logits)
        losses = self.loss_by_logits(logits, labels)
        if self.time_contrast is not None:
            losses['loss_contrast'] = self.contrast_loss(features, labels)
        return losses

    def contrast_loss(self, features: Any, labels: Tensor) -> Tensor:
        """The weighted auxiliary loss on the tokens of the in-sync pairs."""
        visual_tokens, audio_tokens = self.tokens_of(features)
        in_sync = labels.argmax(dim=1)
        audio_tokens = audio_tokens[torch.arange(len(labels)), in_sync]
        return self.contrast_weight * self.time_contrast(visual_tokens, audio_tokens)

    @staticmethod
    def tokens_of(features: Any) -> tuple[Tensor, Tensor]:
        """Tokens of the picture (N, T, P, D) and of the sounds (N, J, T, L, D).

        Raises:
            ConfigError: If the neck gives none.
        """
        visual_tokens = getattr(features, 'visual_tokens', None)
        audio_tokens = getattr(features, 'audio_tokens', None)
        if visual_tokens is None or audio_tokens is None:
            raise ConfigError('cls_head: time_contrast needs a neck that gives its tokens.')
        return visual_tokens, audio_tokens

    def loss_by_logits(self, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Losses from logits and labels (N, J), labels 1 for in sync and 0 for shifted."""
        weights = balanced_weights(labels)
        bce = F.binary_cross_entropy_with_logits(logits, labels, reduction='none')
        losses = dict(loss_sync=(weights * bce).sum(dim=1).mean())
        if self.ranking_weight:
            ranking = F.cross_entropy(logits, labels.argmax(dim=1))
            losses['loss_ranking'] = self.ranking_weight * ranking
        correct = ((logits > 0) == (labels > 0.5)).to(logits)
        losses['sync_accuracy'] = (weights * correct).sum(dim=1).mean()
        return losses

    def predict(self, features: Any) -> Tensor:
        """Logits (N, J) in float32; above 0 means in sync."""
        return self(features).float()


def balanced_weights(labels: Tensor) -> Tensor:
    """Weights (N, J) that sum to 1 a clip: half for the 1s of ``labels``, half for its 0s."""
    positives = labels.sum(dim=1, keepdim=True)
    negatives = labels.shape[1] - positives
    return torch.where(labels > 0.5, 0.5 / positives.clamp(min=1), 0.5 / negatives.clamp(min=1))

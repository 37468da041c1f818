"""Is this sound in sync with this picture?"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures
from mmav_coattn.models.necks.token_norm import TokenBatchNorm


@MODELS.register_module()
class SyncHead(BaseModule):
    """Fuses both streams per time step, looks over neighbouring steps, pools over time.

    Loss: binary cross-entropy of each of the J = 1+K logits of a clip, the one in-sync window and
    the K shifted ones together weighing the same, so that chance is ln 2 for any K. Optionally a
    ranking term is added: cross-entropy over the J windows of a clip (chance: ln J).

    Args:
        in_channels (int): Channels D of the streams.
        hidden_channels (int, optional): Channels inside; D by default.
        kernel_size (int): Length of the convolutions over time; odd.
        num_convs (int): Convolutions over time.
        dropout (float): Before the last layer.
        ranking_weight (float): Weight of the ranking term.
        time_contrast (dict, optional): Config of a :class:`TimeContrast`, an auxiliary loss on the
            tokens; ``in_channels`` is filled in.
        contrast_weight (float): Its weight.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If ``kernel_size`` is even.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | None = None,
        kernel_size: int = 5,
        num_convs: int = 2,
        dropout: float = 0.0,
        ranking_weight: float = 0.0,
        time_contrast: dict | None = None,
        contrast_weight: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if kernel_size % 2 == 0:
            raise ConfigError(f'cls_head: kernel_size={kernel_size} must be odd.')
        hidden = hidden_channels or in_channels
        self.ranking_weight = ranking_weight
        self.contrast_weight = contrast_weight
        self.time_contrast = None
        if time_contrast is not None:
            self.time_contrast = MODELS.build({'in_channels': in_channels, **time_contrast})
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(nn.Linear(3 * in_channels, hidden), nn.ReLU(inplace=True))
        self.convs = nn.Sequential(
            *[
                nn.Sequential(
                    nn.Conv1d(hidden, hidden, kernel_size, padding=kernel_size // 2),
                    nn.BatchNorm1d(hidden),
                    nn.ReLU(inplace=True),
                )
                for _ in range(num_convs)
            ]
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(2 * hidden, 1)
        # Small, so that training starts at chance (ln 2) instead of confidently wrong.
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.zeros_(self.classify.bias)

    def forward(self, features: CoAttentionFeatures) -> Tensor:
        """Logits (N, J) of streams (N, J, T, D)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio, visual * audio], dim=-1))
        steps = self.convs(fused.flatten(0, 1).transpose(1, 2))  # (N*J, D, T)
        pooled = torch.cat([steps.mean(dim=-1), steps.amax(dim=-1)], dim=-1)
        return self.classify(self.dropout(pooled)).view(visual.shape[:2])

    def loss(self, features: CoAttentionFeatures, data_samples: list) -> dict[str, Tensor]:
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
            if features.visual_tokens is None or features.audio_tokens is None:
                raise ConfigError('cls_head: time_contrast needs a neck that gives its tokens.')
            in_sync = labels.argmax(dim=1)
            audio_tokens = features.audio_tokens[torch.arange(len(labels)), in_sync]
            contrast = self.time_contrast(features.visual_tokens, audio_tokens)
            losses['loss_contrast'] = self.contrast_weight * contrast
        return losses

    def loss_by_logits(self, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Losses from logits and labels (N, J), labels 1 for in sync and 0 for shifted."""
        positives = labels.sum(dim=1, keepdim=True)
        negatives = labels.shape[1] - positives
        weights = torch.where(
            labels > 0.5, 0.5 / positives.clamp(min=1), 0.5 / negatives.clamp(min=1)
        )
        bce = F.binary_cross_entropy_with_logits(logits, labels, reduction='none')
        losses = dict(loss_sync=(weights * bce).sum(dim=1).mean())
        if self.ranking_weight:
            ranking = F.cross_entropy(logits, labels.argmax(dim=1))
            losses['loss_ranking'] = self.ranking_weight * ranking
        correct = ((logits > 0) == (labels > 0.5)).to(logits)
        losses['sync_accuracy'] = (weights * correct).sum(dim=1).mean()
        return losses

    def predict(self, features: CoAttentionFeatures) -> Tensor:
        """Logits (N, J) in float32; above 0 means in sync."""
        return self(features).float()

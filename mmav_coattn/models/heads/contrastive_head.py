"""Two towers that meet in nothing but a distance."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.losses import balanced_weights
from mmav_coattn.models.necks import StreamFeatures

from .base_sync_head import BaseSyncHead


def margin_contrastive_loss(distances: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Contrastive loss of each pair: ``y d^2 + (1 - y) max(margin - d, 0)^2``.

    Hadsell et al. (CVPR 2006), as used by Korbar et al. (NeurIPS 2018, eq. 1).

    Args:
        distances (Tensor): d of each pair.
        labels (Tensor): y: 1 in sync, 0 not; same shape.
        margin (float): Distance beyond which a pair that is not in sync costs nothing.

    Returns:
        Tensor: Same shape.
    """
    return labels * distances**2 + (1 - labels) * F.relu(margin - distances) ** 2


@MODELS.register_module()
class ContrastiveHead(BaseSyncHead):
    r"""Baseline: two-tower contrastive learning, as in AVTS.

    Korbar, Tran & Torresani, "Cooperative Learning of Audio and Video Models from Self-Supervised
    Synchronization" (NeurIPS 2018): two subnets that do not see each other, an embedding of each,
    and a contrastive loss with margin on their distance.

    The embedding of a clip is all its steps side by side, each of unit length, so the squared
    distance of two clips is the mean of those of their steps: averaged over time before, as AVTS
    does on longer clips, a shift of less than a clip would hardly show.

    AVTS does not answer yes or no. The logit here is :math:`s\,(\theta - d)`, with a scale and a
    threshold fitted to the distances by cross-entropy; no gradient of that reaches the towers.

    Args:
        in_channels (int): Channels D of the streams.
        channels (int): Channels of the embedding of a step.
        margin (float): Of the loss; distances lie between 0 and 2.
        **kwargs: Losses, see :class:`BaseSyncHead`.

    Raises:
        ConfigError: If the margin is not between 0 and 2.
    """

    def __init__(
        self, in_channels: int, channels: int = 128, margin: float = 0.99, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        if not 0 < margin < 2:
            raise ConfigError(f'cls_head: margin={margin} must be between 0 and 2.')
        self.margin = margin
        self.visual = nn.Linear(in_channels, channels)
        self.audio = nn.Linear(in_channels, channels)
        self.scale = nn.Parameter(torch.tensor(4.0))
        self.threshold = nn.Parameter(torch.tensor(margin / 2))

    def distances(self, features: StreamFeatures) -> Tensor:
        """Distances (N, J) of streams (N, J, T, D), 0 to 2."""
        visual = F.normalize(self.visual(features.visual).float(), dim=-1)
        audio = F.normalize(self.audio(features.audio).float(), dim=-1)
        # Of unit vectors; the small number keeps the root's gradient finite at distance 0.
        squared = 2 - 2 * (visual * audio).sum(dim=-1)
        return squared.mean(dim=-1).clamp(min=1e-6).sqrt()

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J)."""
        return self.logits(self.distances(features))

    def logits(self, distances: Tensor) -> Tensor:
        """Logits of distances, by the fitted scale and threshold."""
        return self.scale * (self.threshold - distances)

    def loss(self, features: StreamFeatures, data_samples: list) -> dict[str, Tensor]:
        """Losses: ``loss_margin``, ``loss_sync`` (of scale and threshold alone), and the rest."""
        distances = self.distances(features)
        labels = torch.stack([sample.sync_label for sample in data_samples]).to(distances)
        margin = margin_contrastive_loss(distances, labels, self.margin)
        losses = dict(loss_margin=(balanced_weights(labels) * margin).sum(dim=1).mean())
        logits = self.logits(distances.detach())
        losses['loss_sync'] = self.loss_sync(logits, labels)
        return losses | self.contrast_loss(features) | self.accuracy(logits, labels)

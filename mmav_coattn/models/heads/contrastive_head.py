"""Two towers that meet in nothing but a distance."""

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.losses import balanced_weights
from mmav_coattn.models.necks import StreamFeatures

from .base_sync_head import BaseSyncHead

#: m of the loss; distances lie between 0 and 2. Channels of the embedding of a step.
MARGIN, CHANNELS = 0.99, 128


@MODELS.register_module()
class ContrastiveHead(BaseSyncHead):
    r"""Baseline: two-tower contrastive learning, as in AVTS.

    Korbar, Tran & Torresani, "Cooperative Learning of Audio and Video Models from Self-Supervised
    Synchronization" (NeurIPS 2018): two subnets that do not see each other, an embedding of each,
    and on their distance :math:`d` the contrastive loss of Hadsell et al. (CVPR 2006),
    :math:`y d^2 + (1 - y) \max(m - d, 0)^2`. The squared distance of two clips is the mean of those
    of their steps, of unit vectors: averaged over time before, as AVTS does on longer clips, a
    shift of less than a clip would hardly show.

    AVTS does not answer yes or no. The logit here is :math:`s\,(\theta - d)`, with a scale and a
    threshold fitted to the distances by cross-entropy; no gradient of that reaches the towers.

    ``in_channels`` are the channels D of the streams; for losses see :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual = nn.Linear(in_channels, CHANNELS)
        self.audio = nn.Linear(in_channels, CHANNELS)
        self.scale = nn.Parameter(torch.tensor(4.0))
        self.threshold = nn.Parameter(torch.tensor(MARGIN / 2))

    def distances(self, features: StreamFeatures) -> Tensor:
        """Distances (N, J) of streams (N, J, T, D), 0 to 2."""
        visual = F.normalize(self.visual(features.visual).float(), dim=-1)
        audio = F.normalize(self.audio(features.audio).float(), dim=-1)
        # Of unit vectors; the small number keeps the root's gradient finite at distance 0.
        squared = 2 - 2 * (visual * audio).sum(dim=-1)
        return squared.mean(dim=-1).clamp(min=1e-6).sqrt()

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J), without a gradient for the towers."""
        return self.scale * (self.threshold - self.distances(features).detach())

    def loss(self, features: StreamFeatures, data_samples: list) -> dict[str, Tensor]:
        """Losses of :class:`BaseSyncHead`, and ``loss_margin``, which trains the towers."""
        distances = self.distances(features)
        labels = torch.stack([sample.sync_label for sample in data_samples]).to(distances)
        costs = labels * distances**2 + (1 - labels) * F.relu(MARGIN - distances) ** 2
        margin = (balanced_weights(labels) * costs).sum(dim=1).mean()
        return super().loss(features, data_samples) | dict(loss_margin=margin)

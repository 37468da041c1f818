"""The decisions of the baselines: from two streams (N, J, T, D), or from fused features."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.models.losses import balanced_weights
from mmav_coattn.models.necks import StreamFeatures
from mmav_coattn.models.necks.token_neck import TokenBatchNorm

from .base_sync_head import BaseSyncHead

#: Of :class:`ContrastiveHead`: m of the loss, and channels of the embedding of a step.
MARGIN, CHANNELS = 0.99, 128


def small_linear(in_channels: int) -> nn.Linear:
    """One output, small weights: training starts at chance (ln 2) instead of confidently wrong."""
    layer = nn.Linear(in_channels, 1)
    nn.init.normal_(layer.weight, std=0.01)
    nn.init.zeros_(layer.bias)
    return layer


@MODELS.register_module()
class StreamHead(BaseSyncHead):
    """Fuses both streams per time step, looks over neighbouring steps, pools over time.

    ``in_channels`` are the channels D of the streams; for losses see :class:`BaseSyncHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(nn.Linear(3 * in_channels, in_channels), nn.ReLU(inplace=True))
        self.convs = nn.Sequential()
        for _ in range(2):
            conv = nn.Conv1d(in_channels, in_channels, 5, padding=2)
            self.convs.extend([conv, nn.BatchNorm1d(in_channels), nn.ReLU(inplace=True)])
        self.classify = small_linear(2 * in_channels)

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio, visual * audio], dim=-1))
        steps = self.convs(fused.flatten(0, 1).transpose(1, 2))  # (N*J, D, T)
        pooled = torch.cat([steps.mean(dim=-1), steps.amax(dim=-1)], dim=-1)
        return self.classify(pooled).view(visual.shape[:2])


@MODELS.register_module()
class ConcatHead(BaseSyncHead):
    """Baseline: concatenation and two fully connected layers, as in L3-Net.

    The fusion of Arandjelovic & Zisserman, "Look, Listen and Learn" (ICCV 2017, Fig. 2), with 128
    channels between the layers. They judge one frame and the second of audio around it; here the
    logits of all time steps are averaged. Arguments are those of :class:`StreamHead`.
    """

    def __init__(self, in_channels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.visual_norm = TokenBatchNorm(in_channels)
        self.audio_norm = TokenBatchNorm(in_channels)
        self.fuse = nn.Sequential(nn.Linear(2 * in_channels, 128), nn.ReLU(inplace=True))
        self.classify = small_linear(128)

    def forward(self, features: StreamFeatures) -> Tensor:
        """Logits (N, J)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        fused = self.fuse(torch.cat([visual, audio], dim=-1))
        return self.classify(fused).squeeze(-1).mean(dim=-1)


@MODELS.register_module()
class ContrastiveHead(BaseSyncHead):
    r"""Baseline: two-tower contrastive learning, as in AVTS.

    Korbar, Tran & Torresani, "Cooperative Learning of Audio and Video Models from Self-Supervised
    Synchronization" (NeurIPS 2018): on the distance :math:`d` of two embeddings the contrastive
    loss of Hadsell et al. (CVPR 2006), :math:`y d^2 + (1 - y) \max(m - d, 0)^2`. The squared
    distance of two clips is the mean of those of their steps, of unit vectors: averaged over time
    before, as AVTS does on longer clips, a shift of less than a clip would hardly show.

    AVTS does not answer yes or no. The logit here is :math:`s\,(\theta - d)`, with a scale and a
    threshold fitted to the distances by cross-entropy; no gradient of that reaches the towers.
    Arguments are those of :class:`StreamHead`.
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
        """Logits (N, J)."""
        return self.scale * (self.threshold - self.distances(features).detach())

    def loss(self, features: StreamFeatures, data_samples: list) -> dict[str, Tensor]:
        """Losses of :class:`BaseSyncHead`, and ``loss_margin``, which trains the towers."""
        distances = self.distances(features)
        labels = torch.stack([sample.sync_label for sample in data_samples]).to(distances)
        costs = labels * distances**2 + (1 - labels) * F.relu(MARGIN - distances) ** 2
        margin = (balanced_weights(labels) * costs).sum(dim=1).mean()
        return super().loss(features, data_samples) | dict(loss_margin=margin)


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

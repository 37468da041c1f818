"""Classification from features of one tower, or of both, that keep when and where."""

from collections.abc import Mapping

import torch
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F


def segment_features(x: Tensor, num_segments: int = 1, deviation: bool = False) -> Tensor:
    """Mean features of ``num_segments`` parts of time.

    With ``deviation`` the deviation over time of each step's mean follows, 0.001 or more, as
    a root has no gradient at 0: (M, C, T, H, W) -> (M, C * (num_segments + deviation)), float32.
    """
    x = x.float()
    features = F.adaptive_avg_pool3d(x, (num_segments, 1, 1)).flatten(1)
    if not deviation:
        return features
    steps = F.adaptive_avg_pool3d(x, (x.shape[2], 1, 1))
    variance = steps.var(dim=2, correction=min(1, x.shape[2] - 1))  # 0 of one step
    return torch.cat([features, variance.clamp(min=1e-6).sqrt().flatten(1)], dim=1)


@MODELS.register_module()
class SegmentHead(BaseHead):
    """Mean features of parts of time, normalised, and one linear layer.

    Parts of time keep when something happened. What moves to and fro leaves the mean as it is: for
    motions, add the deviation over time (statistics pooling, Snyder et al., "X-vectors", 2018).

    Args:
        num_classes (int): Classes.
        in_channels (int | dict[str, int]): Channels of the tower, or of each tower by name, put
            side by side: ``dict(visual=64, audio=64)`` of :class:`AudioVisualClassifier`.
        num_segments, deviation: See :func:`segment_features`.
        dropout_ratio (float): Dropout before the linear layer.
        **kwargs: Arguments of mmaction2's ``BaseHead``, e.g. ``average_clips``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int | Mapping[str, int],
        num_segments: int = 1,
        deviation: bool = False,
        dropout_ratio: float = 0.5,
        **kwargs,
    ) -> None:
        towers = tuple(in_channels) if isinstance(in_channels, Mapping) else ()
        channels = sum(in_channels.values()) if towers else in_channels
        super().__init__(num_classes, channels, **kwargs)
        self.towers = towers
        self.parts = num_segments, deviation
        size = channels * (num_segments + deviation)
        # Without scale and shift: it only takes out how large the features of a tower are.
        self.norm = nn.BatchNorm1d(size, affine=False)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(size, num_classes)

    def init_weights(self) -> None:
        nn.init.normal_(self.fc_cls.weight, std=0.01)
        nn.init.zeros_(self.fc_cls.bias)

    def forward(self, x: Tensor | tuple | Mapping[str, Tensor], **kwargs) -> Tensor:
        """Class scores (M, num_classes) of features (M, C, T, H, W), the last of several of them.

        Or of a dict by tower: ``visual`` as before, ``audio`` (M, C, F, T).
        """
        towers = [x[tower] for tower in self.towers] or [x[-1] if isinstance(x, tuple) else x]
        # Time first in audio, as in video.
        towers = [t if t.ndim == 5 else t.transpose(2, 3).unsqueeze(-1) for t in towers]
        pooled = [segment_features(tower, *self.parts) for tower in towers]
        return self.fc_cls(self.dropout(self.norm(torch.cat(pooled, dim=1))))

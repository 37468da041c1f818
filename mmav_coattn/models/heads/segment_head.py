"""Classification from features that keep when and where."""

from __future__ import annotations

from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F


def segment_features(x: Tensor, num_segments: int, grid: tuple[int, int] = (1, 1)) -> Tensor:
    """Mean features of equal parts of time and space.

    Args:
        x (Tensor): (M, C, T, H, W).
        num_segments (int): Parts of time.
        grid (tuple[int, int]): Parts of height and width.

    Returns:
        Tensor: (M, C * num_segments * grid[0] * grid[1]), float32.
    """
    return F.adaptive_avg_pool3d(x.float(), (num_segments, *grid)).flatten(1)


@MODELS.register_module()
class SegmentHead(BaseHead):
    """Mean features of parts of time and space, normalised, and one linear layer.

    One average over the whole clip forgets when something happened; words of a sentence are told
    apart by it. With one part it is a linear classifier on average-pooled features.

    Args:
        num_classes (int): Classes.
        in_channels (int): Channels of the tower.
        num_segments (int): Parts of time.
        grid (tuple[int, int]): Parts of height and width.
        dropout_ratio (float): Dropout before the linear layer.
        **kwargs: Arguments of mmaction2's ``BaseHead``, e.g. ``average_clips``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_segments: int = 1,
        grid: tuple[int, int] = (1, 1),
        dropout_ratio: float = 0.5,
        **kwargs,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        self.num_segments = num_segments
        self.grid = tuple(grid)
        size = in_channels * num_segments * self.grid[0] * self.grid[1]
        # Without scale and shift: it only takes out how large the features of a tower are.
        self.norm = nn.BatchNorm1d(size, affine=False)
        self.dropout = nn.Dropout(dropout_ratio)
        self.fc_cls = nn.Linear(size, num_classes)

    def init_weights(self) -> None:
        """Small random weights."""
        nn.init.normal_(self.fc_cls.weight, std=0.01)
        nn.init.zeros_(self.fc_cls.bias)

    def forward(self, x: Tensor | tuple[Tensor, ...], **kwargs) -> Tensor:
        """Class scores (M, num_classes) of features (M, C, T, H, W)."""
        x = x[-1] if isinstance(x, tuple) else x
        pooled = segment_features(x, self.num_segments, self.grid)
        return self.fc_cls(self.dropout(self.norm(pooled)))

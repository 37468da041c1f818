"""Where the sounds that do not belong to a clip come from."""

from __future__ import annotations

import torch
from torch import Tensor

from mmav_coattn.errors import ConfigError

#: ``'same'``: other times of the same video (hard). ``'other'``: other videos of the batch (easy).
NEGATIVES = ('same', 'other')


def check_negatives(negatives: str) -> str:
    """Returns ``negatives`` if it is one of :data:`NEGATIVES`.

    Raises:
        ConfigError: It is not.
    """
    if negatives not in NEGATIVES:
        raise ConfigError(f'negatives={negatives!r} is not one of {NEGATIVES}.')
    return negatives


def borrow_negatives(audios: Tensor) -> Tensor:
    """Exchange the shifted sounds of each clip for those of other clips of the batch.

    Negative ``k`` of clip ``i`` becomes window ``k`` of clip ``i - 1``, ``i - 2`` ... in turn.
    Every window stays in the batch once, so that in-sync and other sounds have the same
    distribution over files, as a blind control demands.

    Args:
        audios (Tensor): (N, 1+K, ...), the in-sync sound first.

    Returns:
        Tensor: Same shape.

    Raises:
        ConfigError: If the batch holds one clip only.
    """
    clips = len(audios)
    if clips < 2:
        raise ConfigError(
            "negatives='other' takes sounds of other videos of the batch, and this batch holds "
            'one: use a larger batch_size, with drop_last=True.'
        )
    columns = [audios[:, 0]]
    for k in range(1, audios.shape[1]):
        columns.append(audios[:, k].roll(1 + (k - 1) % (clips - 1), dims=0))
    return torch.stack(columns, dim=1)

"""How sure a map is that the source of the sound is in sight."""

from __future__ import annotations

import math

from torch import Tensor

#: What a confidence can be read off.
CONFIDENCES = ('top_quarter', 'peak', 'contrast', 'sync')
OVER_TIME = ('max', 'mean')


def clip_confidence(
    maps: Tensor, logits: Tensor, kind: str = 'top_quarter', over_time: str = 'max'
) -> Tensor:
    """Confidence of each clip and sound that a source is in sight.

    ``'top_quarter'``: mean of the highest quarter of the places of the raw map, before any
    normalisation per picture (Mo & Morgado, "A Closer Look at Weakly-Supervised Audio-Visual Source
    Localization", NeurIPS 2022). ``'peak'``: its highest place. ``'contrast'``: the top quarter
    minus the mean of all places. All three are taken for each step and then over the steps, by
    ``over_time``. ``'sync'``: the logit of "in sync", which needs no map.

    Args:
        maps (Tensor): Raw maps (N, J, T', H', W').
        logits (Tensor): (N, J).
        kind (str): One of :data:`CONFIDENCES`.
        over_time (str): ``'max'`` or ``'mean'``.

    Returns:
        Tensor: (N, J).
    """
    if kind == 'sync':
        return logits.float()
    places = maps.flatten(-2)
    if kind == 'peak':
        steps = places.amax(dim=-1)
    else:
        count = math.ceil(places.shape[-1] / 4)
        steps = places.topk(count, dim=-1).values.mean(dim=-1)
        if kind == 'contrast':
            steps = steps - places.mean(dim=-1)
    return steps.amax(dim=-1) if over_time == 'max' else steps.mean(dim=-1)

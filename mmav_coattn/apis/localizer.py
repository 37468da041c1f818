"""Where in the frame the audio of a file is made, over its whole length."""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.models.recognizers import AudioVisualRecognizer

from .embedding import Embedding
from .sync_estimator import MatchCurves, measure_sync

#: Locations of a map that are kept along either side: all maps of a file are in memory at once.
MOST_LOCATIONS = 24
#: Offset of the audio up to which a source still counts as visible, s.
MAX_OFFSET = 1.0


class Localization(NamedTuple):
    """Where the audio of a video comes from, at every step of the network."""

    #: Weights (T, H', W') float32; sum to 1 over locations at each time; uniform where the audio is
    #: silent or cannot be read, and everywhere if no source is visible.
    attention: np.ndarray
    times: np.ndarray  #: (T,), s on the container's clock.
    scores: np.ndarray  #: (T,) logit of "in sync" of the clip around; NaN without audible audio.
    box: tuple[float, float, float, float]  #: What the maps cover (x0, y0, x1, y1), fractions.
    #: False where the audio matches nothing in sight, see :attr:`SyncResult.no_visible_source`.
    visible: bool = True


@torch.no_grad()
def find_sound(model: AudioVisualRecognizer, embedding: Embedding) -> Localization:
    """Read the maps off an embedding.

    The ``map_refiner`` of the model is used where the embedding keeps the frames.

    Raises:
        MediaError: See :class:`MatchCurves`.
    """
    curves = MatchCurves(model, embedding, 0)
    weights, logits, evidence = [], [], []
    for block in curves.evidence():
        shares, locations, logit = (x[:, 0] for x in curves.compete(block))
        weights.append(shares.sum(dim=-1).unflatten(-1, embedding.grid))
        evidence.append(locations)
        logits.append(logit)
    maps = torch.cat(weights)
    if model.map_refiner is not None and embedding.frames is not None:
        match = torch.cat(evidence).unflatten(-1, embedding.grid)
        maps = _refine(model.map_refiner, match, embedding.frames, embedding.clip_steps)
    attention = coarse_weights(maps).numpy()
    valid = curves.valid[:, 0]
    visible = not measure_sync(model, embedding, MAX_OFFSET).no_visible_source
    attention[~valid | (not visible)] = 1 / attention[0].size
    scores = np.where(valid, torch.cat(logits).double().numpy(), np.nan)
    return Localization(attention, embedding.times, scores, embedding.box, visible)


def _refine(refiner: nn.Module, match: Tensor, frames: Tensor, length: int) -> Tensor:
    """Refined maps as weights (T, H, W) on the coarse grid, a clip at a time."""
    refined = []
    for begin in range(0, len(match), length):
        # The last clip ends with the file; only what is new of it is taken.
        first = max(min(begin, len(match) - length), 0)
        part = slice(first, first + length)
        clip = frames[part].transpose(0, 1)[None]
        maps = refiner(match[part][None, None], clip)[0, 0][begin - first :]
        total = maps.sum(dim=(-2, -1), keepdim=True).clamp(min=1e-12)
        refined.append(coarse_weights(maps / total))
    return torch.cat(refined)


def coarse_weights(weights: Tensor, most: int = MOST_LOCATIONS) -> Tensor:
    """Weights (T, H', W') on a grid of at most so many locations a side, with the same sums."""
    size = tuple(weights.shape[-2:])
    fewer = (min(size[0], most), min(size[1], most))
    if fewer == size:
        return weights
    pooled = F.adaptive_avg_pool2d(weights, fewer)
    sums = weights.sum(dim=(-2, -1), keepdim=True)
    return pooled * sums / pooled.sum(dim=(-2, -1), keepdim=True).clamp(min=1e-12)

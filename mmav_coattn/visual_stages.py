"""Features of one stage of the visual tower, or of several (multi-scale), handled alike.

A tower that hands on one stage gives a tensor (N, C, T, H, W); one that hands on several gives a
tuple of them, finest first, with the same N and T.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

VisualFeatures = Tensor | tuple[Tensor, ...]


def as_stages(visual: VisualFeatures) -> tuple[Tensor, ...]:
    """All stages, finest first."""
    return (visual,) if isinstance(visual, Tensor) else tuple(visual)


def last_stage(visual: VisualFeatures) -> Tensor:
    """The deepest stage (N, C, T, H, W)."""
    return as_stages(visual)[-1]


def map_stages(function: Callable[..., Tensor], *visuals: VisualFeatures) -> VisualFeatures:
    """Call a function on the features of each stage; the result has the form of the arguments."""
    if isinstance(visuals[0], Tensor):
        return function(*visuals)
    return tuple(function(*stage) for stage in zip(*visuals, strict=True))


def grids_of(visual: VisualFeatures) -> list[tuple[int, int]]:
    """Places (H, W) of each stage."""
    return [tuple(stage.shape[-2:]) for stage in as_stages(visual)]


def overlaps(fine: int, coarse: int, like: Tensor) -> Tensor:
    """Which share of each of ``coarse`` cells of a line lies in each of ``fine`` cells of it.

    Args:
        fine (int): Cells of the result's grid.
        coarse (int): Cells of the other grid, over the same line.
        like (Tensor): Whose dtype and device the result has.

    Returns:
        Tensor: (fine, coarse); each column sums to 1.
    """
    ours = torch.arange(fine + 1, dtype=torch.float64) / fine
    others = torch.arange(coarse + 1, dtype=torch.float64) / coarse
    begin = torch.maximum(ours[:-1, None], others[:-1])
    end = torch.minimum(ours[1:, None], others[1:])
    return ((end - begin).clamp(min=0) * coarse).to(like)


def add_up_weights(weights: Tensor, grids: Sequence[tuple[int, int]]) -> Tensor:
    """Weights of the places of all stages as one map; the sum over places stays.

    The weight of a place is shared out over the places of the first grid by the area that they
    have in common.

    Args:
        weights (Tensor): (..., P), P places of all stages side by side.
        grids (Sequence[tuple[int, int]]): Of each stage.

    Returns:
        Tensor: (..., H, W) of the first grid.
    """
    first, *others = _on_grids(weights, grids)
    for part in others:
        down, across = _overlaps_of(grids[0], part)
        first = first + down @ part @ across.T
    return first


def average_values(values: Tensor, grids: Sequence[tuple[int, int]]) -> Tensor:
    """Values at the places of all stages as one map: their mean at each place.

    Args:
        values (Tensor): (..., P), P places of all stages side by side.
        grids (Sequence[tuple[int, int]]): Of each stage.

    Returns:
        Tensor: (..., H, W) of the first grid.
    """
    first, *others = _on_grids(values, grids)
    for part in others:
        down, across = _overlaps_of(grids[0], part)
        # Shares of our places instead of the other's: rows that sum to 1.
        area = part.shape[-2] * part.shape[-1] / (grids[0][0] * grids[0][1])
        first = first + down @ part @ across.T / area
    return first / len(grids)


def _on_grids(values: Tensor, grids: Sequence[tuple[int, int]]) -> list[Tensor]:
    parts = values.split([height * width for height, width in grids], dim=-1)
    return [part.unflatten(-1, grid) for part, grid in zip(parts, grids, strict=True)]


def _overlaps_of(grid: tuple[int, int], part: Tensor) -> tuple[Tensor, Tensor]:
    down = overlaps(grid[0], part.shape[-2], part)
    return down, overlaps(grid[1], part.shape[-1], part)

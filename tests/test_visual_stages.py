"""Places of several stages as one map, against painting the pixels of a common finer grid."""

import math

import pytest
import torch

from mmav_coattn.visual_stages import (
    add_up_weights,
    as_stages,
    average_values,
    grids_of,
    last_stage,
    map_stages,
    overlaps,
)


def painted(values, grid, size):
    """A map (h, w) as pixels of a picture that both grids divide."""
    rows = torch.arange(size[0]) * grid[0] // size[0]
    columns = torch.arange(size[1]) * grid[1] // size[1]
    return values.view(grid)[rows][:, columns]


def block_means(pixels, grid):
    height, width = (side // cells for side, cells in zip(pixels.shape, grid, strict=True))
    return pixels.view(grid[0], height, grid[1], width).mean(dim=(1, 3))


def slow(values, grids):
    """Densities of all stages on one picture, averaged within the first grid's places."""
    size = [math.lcm(*sides) for sides in zip(*grids, strict=True)]
    parts = values.split([height * width for height, width in grids])
    return [
        block_means(painted(part, grid, size), grids[0])
        for part, grid in zip(parts, grids, strict=True)
    ]


def test_overlaps_by_hand():
    expected = torch.tensor([[2 / 3, 0.0], [1 / 3, 1 / 3], [0.0, 2 / 3]])
    torch.testing.assert_close(overlaps(3, 2, torch.zeros(1)), expected)
    torch.testing.assert_close(overlaps(2, 2, torch.zeros(1)), torch.eye(2))


@pytest.mark.parametrize('grids', [[(4, 6)], [(4, 6), (2, 3)], [(5, 7), (3, 4), (2, 2)]])
def test_maps_equal_painting(grids):
    torch.manual_seed(0)
    values = torch.rand(2, 3, sum(height * width for height, width in grids))
    weights, mean = add_up_weights(values, grids), average_values(values, grids)
    assert weights.shape == mean.shape == (2, 3, *grids[0])
    torch.testing.assert_close(weights.sum(dim=(-2, -1)), values.sum(dim=-1))
    for row in range(2):
        for column in range(3):
            densities = slow(values[row, column], grids)
            torch.testing.assert_close(mean[row, column], sum(densities) / len(grids))
            places = grids[0][0] * grids[0][1]
            shared = sum(
                density * grid[0] * grid[1] / places
                for density, grid in zip(densities, grids, strict=True)
            )
            torch.testing.assert_close(weights[row, column], shared)


def test_one_stage_or_several():
    fine, deep = torch.randn(2, 3, 4, 6, 8), torch.randn(2, 5, 4, 3, 4)
    assert as_stages(fine) == (fine,) and last_stage(fine) is fine
    assert as_stages((fine, deep)) == (fine, deep) and last_stage((fine, deep)) is deep
    assert grids_of((fine, deep)) == [(6, 8), (3, 4)] and grids_of(deep) == [(3, 4)]
    assert torch.equal(map_stages(lambda x: x[1:], deep), deep[1:])
    joined = map_stages(lambda *x: torch.cat(x), (fine, deep), (fine, deep))
    assert [each.shape[:2] for each in joined] == [(4, 3), (4, 5)]

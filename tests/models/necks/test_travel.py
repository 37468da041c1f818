"""Paths summed one by one."""

import itertools
import math

import pytest
import torch

from mmav_coattn.models.necks.travel import Travel


def step_probability(start, end, stay, rows, columns):
    def raw(cell):
        (row, column), (y, x) = divmod(start, columns), divmod(cell, columns)
        down, across = abs(row - y), abs(column - x)
        return stay if down == across == 0 else (1 - stay) / 8 * (max(down, across) == 1)

    return raw(end) / sum(raw(cell) for cell in range(rows * columns))


@torch.no_grad()
def test_equals_the_sum_over_all_paths():
    torch.manual_seed(0)
    rows, columns, steps, stay = 2, 3, 4, 0.7
    products = 2 * torch.randn(1, steps, rows, columns)
    total, passing = Travel(stay)(products)
    expected, through = 0.0, torch.zeros(steps, rows * columns)
    for path in itertools.product(range(rows * columns), repeat=steps):
        likelihood = math.exp(sum(products[0, i].flatten()[cell] for i, cell in enumerate(path)))
        likelihood /= rows * columns
        for start, end in itertools.pairwise(path):
            likelihood *= step_probability(start, end, stay, rows, columns)
        expected += likelihood
        for i, cell in enumerate(path):
            through[i, cell] += likelihood
    assert total.item() == pytest.approx(math.log(expected), abs=1e-5)
    torch.testing.assert_close(passing[0].flatten(1), through / expected, rtol=1e-4, atol=1e-6)


@torch.no_grad()
def test_who_always_stays_is_a_location():
    torch.manual_seed(0)
    products = torch.randn(3, 8, 4, 4)
    total, passing = Travel(1 - 1e-7)(products)
    locations = products.sum(dim=1).flatten(1)
    expected = locations.logsumexp(dim=1) - math.log(16)
    torch.testing.assert_close(total, expected, rtol=0, atol=1e-3)
    for step in range(8):
        torch.testing.assert_close(
            passing[:, step].flatten(1), locations.softmax(dim=1), rtol=1e-3, atol=1e-3
        )


@torch.no_grad()
def test_follows_what_moves():
    products = torch.full((1, 6, 3, 6), -2.0)
    for step in range(6):
        products[0, step, 1, step] = 2.0
    passing = Travel(0.6)(products)[1]
    assert passing[0].flatten(1).argmax(dim=1).tolist() == [6 + step for step in range(6)]


def test_long_sequences_stay_finite():
    products = (4 * torch.randn(2, 200, 5, 5)).requires_grad_()
    total, passing = Travel()(products)
    (total.sum() + passing[:, 0, 0, 0].sum()).backward()
    assert total.isfinite().all() and products.grad.isfinite().all()
    torch.testing.assert_close(passing.sum(dim=(-2, -1)), torch.ones(2, 200))

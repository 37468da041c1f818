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
    rows, columns, steps, stay = 2, 3, 4, 0.7
    products = 2 * torch.randn(1, steps, rows, columns)
    travel = Travel()
    assert travel.stay_logit.sigmoid() == pytest.approx(0.8)  # as training starts
    travel.stay_logit.fill_(math.log(stay / (1 - stay)))
    total, passing = travel(products)
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


def test_long_sequences_stay_finite():
    products = (4 * torch.randn(2, 200, 5, 5)).requires_grad_()
    total, passing = Travel()(products)
    (total.sum() + passing[:, 0, 0, 0].sum()).backward()
    assert total.isfinite().all() and products.grad.isfinite().all()
    torch.testing.assert_close(passing.sum(dim=(-2, -1)), torch.ones(2, 200))

import math

import numpy as np
import pytest
import torch

from mmav_coattn.models.necks.time_alignment import interpolation_weights, time_code


@pytest.mark.parametrize('first', [0.0, 0.7])
def test_weights_interpolate_as_numpy(first):
    rng = np.random.default_rng(0)
    source = first + np.arange(41) * 0.04
    target = first + rng.uniform(-0.2, 2.0, (2, 3, 25))  # beyond both ends: held
    weights = interpolation_weights(torch.from_numpy(source), torch.from_numpy(target))
    assert weights.shape == (2, 3, 25, 41)
    np.testing.assert_allclose(weights.sum(dim=-1), 1.0)
    series = rng.normal(size=41)
    expected = np.interp(target, source, series)
    np.testing.assert_allclose(weights @ torch.from_numpy(series), expected, atol=1e-9)
    single = interpolation_weights(torch.tensor([first]), torch.tensor([[0.1, 0.9]]))
    assert single.tolist() == [[[1], [1]]]


def test_time_code_by_hand():
    code = time_code(torch.tensor([0.0, 0.1, 0.3]), 8)
    periods = [0.08, 0.08 * 200 ** (1 / 3), 0.08 * 200 ** (2 / 3), 16.0]
    for row, seconds in enumerate((0.0, 0.1, 0.3)):
        phases = [2 * math.pi * seconds / period for period in periods]
        expected = [math.sin(x) for x in phases] + [math.cos(x) for x in phases]
        assert code[row].tolist() == pytest.approx(expected, abs=1e-4)

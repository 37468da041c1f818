"""A NaN must become an error, never a score."""

import numpy as np
import pytest

from mmav_coattn.evaluation.functional.checks import (
    finite_array,
    require_equal_shapes,
    require_unit_interval,
)


def test_what_is_right_comes_back_in_double_precision():
    array = finite_array([[1, 2]], 'scores', 2)
    assert array.dtype == np.float64 and array.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ([1.0], r'scores: expected 2 axes, got an array of shape \(1,\)'),
        (np.zeros((0, 2)), 'scores: the array is empty'),
        ([[0, np.nan], [np.inf, 1]], r'scores: 2 of 4 values are not finite.*index \(0, 1\)'),
    ],
)
def test_what_is_wrong_is_told(values, words):
    with pytest.raises(ValueError, match=words):
        finite_array(values, 'scores', 2)


def test_shapes():
    require_equal_shapes(a=np.zeros((2, 3)), b=np.ones((2, 3)))
    with pytest.raises(ValueError, match=r'a \(2, 3\), b \(3, 2\)'):
        require_equal_shapes(a=np.zeros((2, 3)), b=np.zeros((3, 2)))


def test_unit_interval():
    require_unit_interval(np.array([0.0, 1.0]), 'maps')
    with pytest.raises(ValueError, match=r'maps: .* got 0 to 1\.5'):
        require_unit_interval(np.array([0, 1.5]), 'maps')
    with pytest.raises(ValueError, match=r'maps: .* got -0\.1 to 0'):
        require_unit_interval(np.array([0, -0.1]), 'maps')

"""A NaN must become an error, never a score; the functions' own tests only say what else fails."""

import numpy as np
import pytest

from mmav_coattn.evaluation.functional.checks import (
    finite_array,
    require_equal_shapes,
    require_unit_interval,
)


@pytest.mark.parametrize(
    ('check', 'words'),
    [
        (lambda: finite_array([1.0], 'a', 2), r'a: expected 2 axes, got an array of shape \(1,\)'),
        (lambda: finite_array(np.zeros((0, 2)), 'a', 2), 'a: the array is empty'),
        (
            lambda: finite_array([[0, np.nan], [np.inf, 1]], 'a', 2),
            r'a: 2 of 4 values are not finite.*index \(0, 1\)',
        ),
        (
            lambda: require_equal_shapes(a=np.zeros((2, 3)), b=np.zeros((3, 2))),
            r'a \(2, 3\), b \(3, 2\)',
        ),
        (lambda: require_unit_interval(np.array([0, -0.1]), 'a'), r'a: .* got -0\.1 to 0'),
    ],
)
def test_what_is_wrong_is_told(check, words):
    with pytest.raises(ValueError, match=words):
        check()

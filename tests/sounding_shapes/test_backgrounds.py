"""Colours of the scenes."""

import colorsys

import numpy as np

from mmav_coattn.sounding_shapes.backgrounds import hsv


def test_colours_as_the_standard_library_has_them():
    for hue, saturation, value in np.random.default_rng(0).uniform(0, 1, (50, 3)):
        expected = 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, value))
        np.testing.assert_allclose(hsv(hue, saturation, value), expected, atol=1e-3)

"""Colours and settings of the scenes."""

import colorsys

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.backgrounds import FAMILIES, draw_setting, hsv, paint_background


def test_colours_as_the_standard_library_has_them():
    for hue, saturation, value in np.random.default_rng(0).uniform(0, 1, (50, 3)):
        expected = 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, value))
        np.testing.assert_allclose(hsv(hue, saturation, value), expected, atol=1e-3)


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_every_family_is_drawn_and_painted(split):
    rng = np.random.default_rng(0)
    settings = [draw_setting(rng, split) for _ in range(60)]
    assert {(each.wall, each.floor) for each in settings} == set(FAMILIES[split])
    for family in FAMILIES[split]:
        setting = next(each for each in settings if (each.wall, each.floor) == family)
        image = paint_background(np.random.default_rng(1), setting, 64, 30.4, 1.0)
        assert image.shape == (64, 64, 3) and image.dtype == np.float32
        assert image.min() >= 0 and image.max() <= 255
        assert image.std() > 8 and ((image < 3) | (image > 252)).mean() < 0.05
        # A texture, not one colour; lit from the right; the same for the same seed.
        assert image[:28].std() > 2 and image[34:].std() > 2
        assert image[:, 48:].mean() > image[:, :16].mean()
        again = paint_background(np.random.default_rng(1), setting, 64, 30.4, 1.0)
        np.testing.assert_array_equal(image, again)
        assert setting.outdoors == (setting.wall in ('sky', 'dusk', 'hills'))

"""The crop's pixels, worked by hand."""

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import FixedCrop
from mmav_coattn.errors import ConfigError


def test_pixels():
    image = np.arange(20 * 40 * 3).reshape(20, 40, 3)
    results = dict(imgs=[image, image + 1], img_shape=(20, 40))
    out = FixedCrop((0.25, 0.5, 0.75, 1.0))(results)
    assert out['img_shape'] == (10, 20)
    assert np.array_equal(out['imgs'][0], image[10:20, 10:30])
    assert np.array_equal(out['imgs'][1], image[10:20, 10:30] + 1)


@pytest.mark.parametrize('box', [(0, 0, 1), (0.5, 0, 0.5, 1), (0, 0, 1.1, 1), (0, -0.1, 1, 1)])
def test_bad_boxes(box):
    with pytest.raises(ConfigError, match='0 <= x0 < x1 <= 1'):
        FixedCrop(box)


def test_box_without_a_pixel():
    with pytest.raises(ConfigError, match='holds no pixel of a frame of 8x8'):
        FixedCrop((0.5, 0.5, 0.51, 0.51))(dict(imgs=[np.zeros((8, 8, 3))], img_shape=(8, 8)))

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import FixedCrop
from mmav_coattn.errors import ConfigError


def test_pixels():
    image = np.arange(20 * 40 * 3).reshape(20, 40, 3)
    out = FixedCrop((0.25, 0.5, 0.75, 1.0))(dict(imgs=[image, image + 1], img_shape=(20, 40)))
    assert out['img_shape'] == (10, 20)
    assert np.array_equal(out['imgs'], [image[10:20, 10:30], image[10:20, 10:30] + 1])
    with pytest.raises(ConfigError, match='holds no pixel of a frame of 8x8'):
        FixedCrop((0.5, 0, 0.51, 1))(dict(imgs=[np.zeros((8, 8, 3))], img_shape=(8, 8)))

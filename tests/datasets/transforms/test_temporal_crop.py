import numpy as np
import pytest

from mmav_coattn.datasets.transforms import TemporalCrop
from mmav_coattn.errors import ConfigError


def test_temporal_crop():
    def crop(**settings):
        results = dict(imgs=list(np.arange(10)), clip_len=10, num_clips=1)
        return TemporalCrop(4, **settings)(results)

    assert crop(test_mode=True)['imgs'] == [3, 4, 5, 6] and crop()['clip_len'] == 4
    assert {crop()['imgs'][0] for _ in range(200)} == set(range(7))
    several = crop(num_clips=3, test_mode=True)
    assert several['imgs'] == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9] and several['num_clips'] == 3
    with pytest.raises(ConfigError, match='num_frames=11 cannot be cut'):
        TemporalCrop(11)(dict(imgs=list(range(10)), clip_len=10, num_clips=1))

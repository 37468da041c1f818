from itertools import combinations

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import TemporalCrop
from mmav_coattn.errors import ConfigError


def crop(num_frames=4, **settings):
    results = dict(imgs=list(np.arange(10)[:, None]), clip_len=10, num_clips=1)
    out = TemporalCrop(num_frames, **settings)(results)
    assert (out['clip_len'], out['num_clips']) == (num_frames, settings.get('num_clips', 1))
    return out['imgs']


def test_temporal_crop():
    assert crop(test_mode=True) == [3, 4, 5, 6] and crop(10) == list(range(10))
    assert {int(crop()[0][0]) for _ in range(200)} == set(range(7))
    several = crop(num_clips=5, test_mode=True)
    assert several == [first + i for first in (0, 2, 3, 4, 6) for i in range(4)]
    assert not any(np.shares_memory(*two) for two in combinations(several, 2))
    with pytest.raises(ConfigError, match='num_frames=11 cannot be cut'):
        crop(11)

"""Maps of the model and of the trivial predictors at any moment of a clip."""

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import upsample_heatmap
from mmav_coattn.evaluation.functional.localization_floors import disc_heatmap
from mmav_coattn.evaluation.metrics.clip_predictors import (
    PREDICTORS,
    SPLIT_PREDICTORS,
    maps_at,
    predictor_maps,
)


@pytest.mark.parametrize(
    ('position', 'index'), [(0.0, 0), (0.24, 0), (0.25, 1), (0.99, 3), (1.0, 3), (-0.1, 0)]
)
def test_the_map_of_a_moment_or_the_mean_of_all(position, index):
    maps = np.random.default_rng(0).uniform(size=(2, 4, 3, 3))
    for at, wanted in ((position, maps[:, index]), (None, maps.mean(axis=1))):
        expected = [upsample_heatmap(each, (16, 16)) for each in wanted]
        np.testing.assert_array_equal(maps_at(maps, at, 16), expected)


def test_every_predictor_has_maps():
    rng = np.random.default_rng(0)
    maps, frames = rng.uniform(size=(4, 3, 3)), rng.uniform(0, 255, (3, 8, 12, 12))
    found = predictor_maps(maps, frames, rng.normal(size=3200), 16, num_sources=2)
    assert set(found) | {'whole_image'} == set(PREDICTORS + SPLIT_PREDICTORS)
    assert [len(found[name]) for name in SPLIT_PREDICTORS] == [2] * 4
    np.testing.assert_array_equal(found['model'], [maps])
    np.testing.assert_array_equal(maps_at(found['centre_disc'], 0.3, 16), [disc_heatmap(16)])

"""Maps of the model and of the trivial predictors at any moment of a clip."""

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import disc_heatmap, motion_energy_maps, upsample_heatmap
from mmav_coattn.evaluation.metrics.clip_predictors import (
    PREDICTORS,
    SPLIT_PREDICTORS,
    ClipPredictors,
)

SIZE = 16


@pytest.fixture
def parts():
    rng = np.random.default_rng(0)
    maps = rng.uniform(size=(4, 3, 3)).astype(np.float32)
    frames = rng.uniform(0, 255, (3, 8, 12, 12)).astype(np.float32)
    return maps, frames, rng.normal(size=3200).astype(np.float32)


@pytest.mark.parametrize(
    ('position', 'index'), [(0.0, 0), (0.24, 0), (0.25, 1), (0.99, 3), (1.0, 3), (-0.1, 0)]
)
def test_the_map_of_a_moment(position, index, parts):
    predictors = ClipPredictors(*parts, name='a.mp4', size=SIZE, seed=0)
    expected = upsample_heatmap(parts[0][index], (SIZE, SIZE))
    np.testing.assert_array_equal(predictors.maps_at('model', position, 0), [expected])


def test_without_a_moment_the_mean_of_all(parts):
    predictors = ClipPredictors(*parts, name='a.mp4', size=SIZE, seed=0)
    for name, maps in (('model', parts[0]), ('motion_energy', motion_energy_maps(parts[1]))):
        expected = upsample_heatmap(maps.mean(axis=0), (SIZE, SIZE))
        np.testing.assert_allclose(predictors.maps_at(name, None, 0), [expected], atol=1e-6)


def test_predictors_that_look_at_nothing(parts):
    def of(name, seed=0):
        return ClipPredictors(*parts, name=name, size=SIZE, seed=seed)

    np.testing.assert_array_equal(of('a').maps_at('centre_disc', 0.3, 0), [disc_heatmap(SIZE)])
    assert of('a').maps_at('whole_image', 0.3, 0) == [None]
    blob = of('a').maps_at('random_blob', 0.3, 0)
    np.testing.assert_array_equal(blob, of('a').maps_at('random_blob', 0.9, 0))
    # Another clip, source or seed, another place.
    for other, source in ((of('b'), 0), (of('a', seed=1), 0), (of('a'), 1)):
        assert not np.array_equal(blob, other.maps_at('random_blob', 0.3, source))


def test_every_predictor_has_a_map_of_the_size(parts):
    predictors = ClipPredictors(*parts, name='a', size=SIZE, seed=0, num_sources=2)
    for name in PREDICTORS + SPLIT_PREDICTORS:
        if name != 'whole_image':
            found = predictors.maps_at(name, 0.5, 0)
            assert np.shape(found) == (2 if name in SPLIT_PREDICTORS else 1, SIZE, SIZE)


def test_confidence_of_the_motion_by_hand(parts):
    predictors = ClipPredictors(*parts, name='a', size=SIZE, seed=0)
    predictors.maps['motion_energy'] = np.array([[[[0.0, 1], [2, 3]], [[5.0, 0], [0, 0]]]])
    # The highest of four pixels, at the moment at which it is highest.
    assert predictors.motion_confidence() == 5.0

from itertools import permutations

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import (
    best_assignment,
    binarize_top_count,
    binarize_top_fraction,
    consensus_ciou,
    pointing_hit,
    score_heatmap,
)


def test_equals_the_single_functions_with_ties_and_soft_truth():
    rng = np.random.default_rng(0)
    for levels in (2, 5, 10**6):
        for _ in range(10):
            heatmap = rng.integers(0, levels, (9, 8)) / 7
            gt = rng.choice([0.0, 0.5, 1.0], (9, 8), p=[0.7, 0.2, 0.1])
            found = score_heatmap(heatmap, gt)
            adaptive = binarize_top_count(heatmap, np.count_nonzero(gt))
            assert found.adaptive == pytest.approx(consensus_ciou(adaptive, gt))
            half = binarize_top_fraction(heatmap)
            assert found.half == pytest.approx(consensus_ciou(half, gt))
            assert found.hit == pointing_hit(heatmap, gt)


def test_constant_map_and_empty_truth():
    gt = np.zeros((4, 4))
    assert score_heatmap(np.ones((4, 4)), gt) == (0.0, 0.0, 0.0)
    gt[0, :2] = 1  # a constant map keeps pixels by index: the first ones
    assert score_heatmap(np.ones((4, 4)), gt) == (1.0, 2 / 8, 1.0)


def test_nan_and_unequal_shapes_are_errors():
    with pytest.raises(ValueError, match='not finite'):
        score_heatmap(np.full((2, 2), np.nan), np.ones((2, 2)))
    with pytest.raises(ValueError, match='shapes must be equal'):
        score_heatmap(np.ones((2, 2)), np.ones((3, 2)))


def test_best_assignment_against_all_of_them():
    rng = np.random.default_rng(1)
    for sources, maps in ((1, 1), (2, 2), (2, 3), (3, 4), (2, 7)):
        values = rng.random((sources, maps))
        found = best_assignment(values)
        assert len(set(found)) == sources
        best = max(
            sum(values[s, m] for s, m in enumerate(each))
            for each in permutations(range(maps), sources)
        )
        assert sum(values[s, m] for s, m in enumerate(found)) == pytest.approx(best)


def test_best_assignment_with_too_few_maps_uses_them_again():
    assert best_assignment([[0.2], [0.9]]) == [0, 0]
    assert best_assignment([[0.2, 0.1], [0.9, 0.3], [0.0, 0.1]]) == [0, 0, 1]

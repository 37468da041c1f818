import numpy as np
import pytest

from mmav_coattn.evaluation.functional import binarize_top_fraction, consensus_ciou
from mmav_coattn.evaluation.functional.localization_scores import (
    best_assignment,
    score_heatmap,
    split_by_peaks,
)


def test_equals_the_single_functions_and_the_best_assignment_is_of_all_sources():
    rng = np.random.default_rng(0)
    for levels, share in ((1, 0.7), (2, 0.0), (5, 0.7), (5, 0.9), (10**6, 0.7)):
        heatmap = rng.integers(0, levels, (9, 8)) / 7
        gt = rng.choice([0.0, 0.5, 1.0], (9, 8)) * (rng.random((9, 8)) < share)
        found = score_heatmap(heatmap, gt)
        adaptive = binarize_top_fraction(heatmap, np.count_nonzero(gt) / 72)
        assert found.adaptive == pytest.approx(consensus_ciou(adaptive, gt))
        assert found.half == pytest.approx(consensus_ciou(binarize_top_fraction(heatmap), gt))
        highest = max(range(72), key=lambda i: (heatmap.flat[i], -i))
        assert found.hit == (gt.flat[highest] > 0)
    assert best_assignment([[0.9, 0.8, 0.0], [0.7, 0.1, 0.3]]) == [1, 0]
    assert best_assignment([[0.2, 0.1], [0.9, 0.3], [0.0, 0.1]]) == [0, 0, 1]


def test_two_sources_that_sound_in_turn():
    maps = np.zeros((4, 8, 8))
    maps[0, 1, 1] = maps[2, 1, 1] = 5.0
    maps[0, 1, 2] = 4.0  # close to the first peak: not a source of its own
    maps[1, 6, 6] = 3.0
    first, second = split_by_peaks(maps, 2, apart=0.5)
    tops = [np.unravel_index(x.argmax(), x.shape) for x in (first[0], first[2], second[1])]
    assert tops == [(1, 1), (1, 1), (6, 6)]
    own = first[3] == maps[3]
    assert own[1, 2] and not own[6, 6]
    # Each place belongs to one source; elsewhere a map lies below the lowest of its own places.
    assert (own ^ (second[3] == maps[3])).all()
    for each, place in ((first, own), (second, ~own)):
        assert (each[:, place] == maps[:, place]).all()
        assert each[:, ~place].max() < each[:, place].min()
    assert len(split_by_peaks(np.ones((2, 4, 4)), 9, apart=2)) == 1  # no room for another

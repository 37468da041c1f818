import numpy as np
import pytest

from mmav_coattn.evaluation.functional import split_by_peaks


def peak(maps):
    return [np.unravel_index(each.argmax(), each.shape) for each in maps]


def test_two_sources_that_sound_in_turn():
    maps = np.zeros((4, 8, 8))
    maps[0, 1, 1] = maps[2, 1, 1] = 5.0
    maps[0, 1, 2] = 4.0  # close to the first peak: not a source of its own
    maps[1, 6, 6] = 3.0
    first, second = split_by_peaks(maps, 2, apart=0.5)
    assert peak([first[0], first[2], second[1]]) == [(1, 1), (1, 1), (6, 6)]
    own = first[3] == maps[3]
    assert own[1, 2] and not own[6, 6]
    # Each place belongs to one source; elsewhere a map lies below the lowest of its own places.
    assert (own ^ (second[3] == maps[3])).all()
    for each, place in ((first, own), (second, ~own)):
        assert (each[:, place] == maps[:, place]).all()
        assert each[:, ~place].max() < each[:, place].min()


def test_no_room_for_a_second_peak():
    assert len(split_by_peaks(np.ones((2, 4, 4)), 9, apart=2)) == 1
    assert (split_by_peaks(np.ones((2, 4, 4)), 1)[0] == 1).all()


def test_constant_maps_are_split_all_the_same():
    first, second = split_by_peaks(np.zeros((1, 6, 6)), 2, apart=0.5)
    # Peaks by index: (0, 0), then (0, 3); column 2 is nearer to the second, which begins there.
    assert peak([first[0]]) == [(0, 0)] and peak([second[0]]) == [(0, 2)]


@pytest.mark.parametrize('maps', [np.full((1, 2, 2), np.nan), np.ones((2, 2))])
def test_bad_maps(maps):
    with pytest.raises(ValueError, match='maps'):
        split_by_peaks(maps, 2)

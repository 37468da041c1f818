"""Parts of the localizer; whole files go through ``test_inferencer.py``."""

import pytest
import torch

from mmav_coattn.apis.localizer import coarse_weights, core_for_reading


@pytest.mark.parametrize(('threads', 'left'), [(1, 1), (2, 1), (3, 2)])
def test_one_core_is_left_to_the_reader_and_given_back(threads, left):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        with pytest.raises(KeyError), core_for_reading():
            assert torch.get_num_threads() == left
            raise KeyError
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_fine_weights_are_averaged_and_still_sum_to_one():
    weights = torch.rand(2, 3, 8, 12)
    weights /= weights.sum(dim=(-2, -1), keepdim=True)
    found = coarse_weights(weights, most=4)
    assert found.shape == (2, 3, 4, 4)
    expected = weights.unflatten(-1, (4, 3)).unflatten(-3, (4, 2)).sum(dim=(-3, -1))
    torch.testing.assert_close(found, expected)

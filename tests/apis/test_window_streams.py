"""Which windows of the grid a stream holds; what is read of them is in test_sync_estimator.py."""

from types import SimpleNamespace

import pytest

from mmav_coattn.apis.window_streams import slots_inside

SETTINGS = SimpleNamespace(step=0.04, clip_seconds=0.4)


@pytest.mark.parametrize(
    ('begin', 'span', 'slots'),
    [
        # Windows of 0.4 s begin at 0, 0.04 ... 0.6 s of 1 s.
        (0.0, (0.0, 1.0), range(16)),
        # The stream begins before slot 0, between two slots, and ends between two.
        (0.1, (0.0, 1.0), range(-2, 13)),
        # One window exactly, in spite of rounding; a little less than one.
        (0.0, (0.0, 0.1 + 0.3), range(1)),
        (0.0, (0.0, 0.39), range(0)),
        (0.0, (0.0, 0.01), range(0)),
    ],
)
def test_slots_inside(begin, span, slots):
    assert slots_inside(begin, span, SETTINGS) == slots

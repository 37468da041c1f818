import numpy as np
import pytest

from mmav_coattn.visualization.caption import draw_caption


@pytest.mark.parametrize('width', [64, 112, 640])
def test_the_line_fits_and_leaves_the_rest_alone(width):
    frame = np.full((80, width, 3), 120, np.uint8)
    drawn = draw_caption(frame, 'in sync: 0.93')
    band = (drawn != frame).any(axis=(1, 2))
    assert 5 <= band.sum() <= 22 and band[: band.sum()].all()
    bright = (drawn > 150).any(axis=(0, 2))
    assert bright.any() and not bright[-2:].any()  # letters, none cut off at the right
    assert (frame == 120).all()


@pytest.mark.parametrize('max_height', range(16, 40))
def test_the_band_keeps_to_its_height(max_height):
    frame = np.full((80, 900, 3), 120, np.uint8)
    drawn = draw_caption(frame, 'gypsy clip.mp4', max_height)
    band = (drawn != 120).any(axis=(1, 2))
    assert max_height / 2 < band.sum() <= max_height and band[: band.sum()].all()


def test_no_text_no_band():
    frame = np.full((20, 30, 3), 120, np.uint8)
    np.testing.assert_array_equal(draw_caption(frame, ''), frame)

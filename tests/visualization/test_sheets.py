import numpy as np
import pytest

from mmav_coattn.visualization import contact_sheet, overlay_heatmap
from mmav_coattn.visualization.sheets import (
    GAP,
    TITLE_HEIGHT,
    TRUTH,
    draw_caption,
    plain_and_overlay,
)


def test_frames_above_and_their_attention_below():
    frames = np.arange(8, dtype=np.uint8)[:, None, None, None] * 20 + np.zeros(
        (8, 150, 100, 3), np.uint8
    )
    attention = np.full((4, 3, 2), 0.02)
    attention[:2, 0, 0] = 0.9  # upper left in the first half, lower right in the second
    attention[2:, 2, 1] = 0.9
    sheet = contact_sheet(frames, attention, 'clip.mp4', num_columns=4)
    assert sheet.shape == (TITLE_HEIGHT + 2 * (150 + GAP), 4 * (100 + GAP), 3)
    for column, number in enumerate((1, 3, 5, 7)):
        left, top = column * (100 + GAP), TITLE_HEIGHT
        plain = sheet[top : top + 150, left : left + 100]
        assert (plain == number * 20).all()
        drawn = sheet[top + 150 + GAP : top + 300 + GAP, left : left + 100]
        hot = np.abs(drawn.astype(int) - number * 20).max(axis=2)
        inside, outside = ((20, 20), (130, 80)) if column < 2 else ((130, 80), (20, 20))
        assert hot[inside] > 60
        if column != 1:
            assert hot[outside] == 0
        else:  # this frame lies a quarter of the way from the first half's map to the second's
            for pixel, intensity in ((inside, 0.75), (outside, 0.25)):
                plain = np.full((1, 1, 3), number * 20, np.uint8)
                expected = overlay_heatmap(plain, np.full((1, 1), intensity))[0, 0]
                np.testing.assert_allclose(drawn[pixel], expected.astype(int), atol=1)


def test_small_clips_are_enlarged_and_short_ones_shown_whole():
    sheet = contact_sheet(np.zeros((3, 32, 64, 3), np.uint8), np.ones((3, 2, 2)))
    assert sheet.shape == (TITLE_HEIGHT + 2 * (128 + GAP), 3 * (256 + GAP), 3)


def test_moments_with_their_true_boxes():
    frames = np.full((4, 160, 160, 3), 60, np.uint8)
    frames[2] = 100
    weights = np.full((4, 4, 4), 0.01)
    weights[2, 3, 0] = weights[0, 0, 3] = 1.0
    box = (0.5, 0.25, 0.75, 0.5)
    sheet = contact_sheet(frames, weights, moments=[(0.6, [box]), (0.0, ()), (1.0, ())])
    assert sheet.shape == (TITLE_HEIGHT + 2 * (160 + GAP), 3 * (160 + GAP), 3)
    plain = sheet[TITLE_HEIGHT : TITLE_HEIGHT + 160, :160]
    drawn = sheet[TITLE_HEIGHT + 160 + GAP :]
    assert (plain == 100).all()  # the frame of that moment
    assert tuple(drawn[40, 80]) == TRUTH and tuple(drawn[80, 119]) == TRUTH
    assert tuple(drawn[60, 100]) != TRUTH
    assert int(drawn[150, 5, 0]) > int(drawn[150, 5, 2]) + 40  # full attention is red
    assert (drawn[10, 150] == 100).all()  # where another moment has its peak
    assert int(drawn[10, 164 + 150, 0]) > int(drawn[10, 164 + 150, 2]) + 40
    assert not (drawn == TRUTH).all(axis=-1)[:, 160:].any()


def test_small_frames_are_enlarged_and_large_ones_kept():
    frame = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    heat = np.array([[0.0, 1.0]])
    plain, drawn = plain_and_overlay(frame, heat, 50)
    assert plain.shape == drawn.shape == (50, 75, 3)
    np.testing.assert_array_equal(drawn, overlay_heatmap(plain, heat))
    np.testing.assert_array_equal(plain_and_overlay(frame, heat, 10)[0], frame)


@pytest.mark.parametrize('width', [64, 112, 640])
def test_the_line_fits_and_leaves_the_rest_alone(width):
    frame = np.full((80, width, 3), 120, np.uint8)
    np.testing.assert_array_equal(draw_caption(frame, ''), frame)
    drawn = draw_caption(frame, 'in sync: 0.93')
    band = (drawn != frame).any(axis=(1, 2))
    assert 5 <= band.sum() <= 22 and band[: band.sum()].all()
    bright = (drawn > 150).any(axis=(0, 2))
    assert bright.any() and not bright[-2:].any()  # letters, none cut off at the right
    assert (frame == 120).all()


@pytest.mark.parametrize('max_height', [16, 18, 24, 39])
def test_the_band_keeps_to_its_height(max_height):
    frame = np.full((80, 900, 3), 120, np.uint8)
    drawn = draw_caption(frame, 'gypsy clip.mp4', max_height)
    band = (drawn != 120).any(axis=(1, 2))
    assert max_height / 2 < band.sum() <= max_height and band[: band.sum()].all()

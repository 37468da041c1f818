import numpy as np
import pytest

from mmav_coattn.visualization import contact_sheet, overlay_heatmap
from mmav_coattn.visualization.sheets import (
    CAPTION_HEIGHT,
    GAP,
    PEAK,
    TITLE_HEIGHT,
    TRUTH,
    draw_caption,
    localization_cell,
    plain_and_overlay,
    stack_cells,
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


def clip():
    frames = np.full((4, 160, 160, 3), 60, np.uint8)
    frames[2] = 100
    weights = np.full((4, 4, 4), 0.01)
    weights[2, 3, 0] = 1.0
    weights[0, 0, 3] = 1.0
    return frames, weights


def test_truth_peak_and_map_of_the_moment():
    cell = localization_cell(*clip(), [(0.5, 0.25, 0.75, 0.5)], position=0.6)
    assert cell.shape == (160 + CAPTION_HEIGHT, 322, 3)
    plain, drawn = cell[CAPTION_HEIGHT:, :160], cell[CAPTION_HEIGHT:, 162:]
    assert (plain == 100).all()  # the frame of that moment
    assert tuple(drawn[40, 80]) == TRUTH and tuple(drawn[80, 119]) == TRUTH
    assert tuple(drawn[60, 100]) != TRUTH
    row, column = np.argwhere((drawn == PEAK).all(axis=-1)).mean(axis=0)
    assert 120 < row < 160 and 0 <= column < 40  # the peak's cell of the map, lower left
    assert int(drawn[130, 25, 0]) > int(drawn[130, 25, 2]) + 40  # full attention is red
    assert (drawn[10, 150] == 100).all()  # where another moment has its peak


def test_the_mean_of_the_clip_on_its_middle_frame():
    frames, weights = clip()
    weights[0] = weights[1] = weights[3] = 0.0
    weights[1, 0, 0] = 0.9
    weights[2] = 0.0
    weights[2, 3, 3] = 1.0
    drawn = localization_cell(frames, weights, [], None)[CAPTION_HEIGHT:, 162:]
    row, column = np.argwhere((drawn == PEAK).all(axis=-1)).mean(axis=0)
    assert row > 120 and column > 120
    assert (drawn[80, 20] == 100).all()


def test_small_frames_are_enlarged_and_titles_written():
    frames, weights = clip()
    cell = localization_cell(frames[:, ::4, ::4], weights, [], 0.0, 'a.mp4')
    assert cell.shape == (160 + CAPTION_HEIGHT, 322, 3)
    assert cell[:CAPTION_HEIGHT].max() > 200


@pytest.mark.parametrize('position', [0.0, 0.999, 1.0])
def test_moments_at_the_ends(position):
    assert localization_cell(*clip(), [], position).shape[0] == 160 + CAPTION_HEIGHT


def test_small_frames_are_enlarged_and_large_ones_kept():
    frame = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    heat = np.array([[0.0, 1.0]])
    plain, drawn = plain_and_overlay(frame, heat, 50)
    assert plain.shape == drawn.shape == (50, 75, 3)
    np.testing.assert_array_equal(drawn, overlay_heatmap(plain, heat))
    np.testing.assert_array_equal(plain_and_overlay(frame, heat, 10)[0], frame)


def test_rows_of_unlike_cells():
    cells = [np.full((h, w, 3), 9, np.uint8) for h, w in ((10, 20), (12, 8), (5, 5))]
    sheet = stack_cells([cells[:2], cells[2:]])
    assert sheet.shape == (2 * 16, 2 * 24, 3)
    assert (sheet[:10, :20] == 9).all() and (sheet[:12, 24:32] == 9).all()
    assert (sheet[16:21, :5] == 9).all() and sheet[12:16].max() == 0
    assert sheet.sum() == 9 * 3 * (200 + 96 + 25)


@pytest.mark.parametrize('width', [64, 112, 640])
def test_the_line_fits_and_leaves_the_rest_alone(width):
    frame = np.full((80, width, 3), 120, np.uint8)
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


def test_no_text_no_band():
    frame = np.full((20, 30, 3), 120, np.uint8)
    np.testing.assert_array_equal(draw_caption(frame, ''), frame)

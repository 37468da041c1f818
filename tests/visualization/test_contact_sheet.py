import numpy as np

from mmav_coattn.visualization import contact_sheet, overlay_heatmap
from mmav_coattn.visualization.cells import GAP
from mmav_coattn.visualization.contact_sheet import TITLE_HEIGHT


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

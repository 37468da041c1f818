import numpy as np

from mmav_coattn.visualization import overlay_heatmap
from mmav_coattn.visualization.cells import plain_and_overlay, stack_cells


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

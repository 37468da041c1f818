import numpy as np
import pytest

from mmav_coattn.visualization.heatmap import overlay_heatmap
from mmav_coattn.visualization.sheets import GAP, TITLE_HEIGHT, TRUTH, caption_layer, contact_sheet


def test_frames_above_and_their_attention_below():
    # Every other one of 16 is shown.
    frames = np.arange(0, 160, 10, dtype=np.uint8)[:, None, None, None].repeat(150, 1)
    frames = frames.repeat(100, 2).repeat(3, 3)
    attention = np.full((4, 3, 2), 0.02)
    attention[:2, 0, 0] = 0.9  # upper left in the first half, lower right in the second
    attention[2:, 2, 1] = 0.9
    sheet = contact_sheet(frames, attention, 'clip.mp4')
    assert sheet.shape == (TITLE_HEIGHT + 2 * (150 + GAP), 8 * (100 + GAP), 3)
    assert sheet[:TITLE_HEIGHT].max() > 200  # letters
    for column in range(8):
        left, top = column * (100 + GAP), TITLE_HEIGHT
        plain = sheet[top : top + 150, left : left + 100]
        assert (plain == 10 * (2 * column + 1)).all()
        # The maps change over from 3/8 to 5/8 of the clip.
        second = np.clip(((2 * column + 1.5) / 16 - 0.375) / 0.25, 0, 1)
        drawn = sheet[top + 150 + GAP :, left : left + 100]
        for pixel, intensity in (((20, 20), 1 - second), ((130, 80), second)):
            expected = overlay_heatmap(plain[:1, :1], np.full((1, 1), intensity))[0, 0]
            np.testing.assert_allclose(drawn[pixel], expected.astype(int), atol=1)
    # Small frames are enlarged.
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
    assert tuple(drawn[40, 80]) == tuple(drawn[80, 119]) == TRUTH != tuple(drawn[60, 100])
    assert int(drawn[150, 5, 0]) > int(drawn[150, 5, 2]) + 40  # full attention is red
    assert (drawn[10, 150] == 100).all()  # where another moment has its peak
    assert not (drawn == TRUTH).all(axis=-1)[:, 160:].any()


@pytest.mark.parametrize(('width', 'most'), [(64, 20), (112, 22), (640, 22)])
def test_the_line_fits(width, most):
    layer = caption_layer((80, width), 'in sync: 0.93')
    assert 5 <= len(layer) <= most and layer.shape[1:] == (width, 4) and layer[..., 3].min() > 0
    bright = (layer[..., :3] > 150).any(axis=(0, 2))
    assert bright.any() and not bright[-2:].any()  # letters, none cut off at the right
    assert 39 / 2 < len(caption_layer((80, 900), 'gypsy clip.mp4', 39)) <= 39

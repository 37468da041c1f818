import numpy as np
import pytest

from mmav_coattn.visualization.localization_cell import (
    CAPTION_HEIGHT,
    PEAK,
    TRUTH,
    localization_cell,
)


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

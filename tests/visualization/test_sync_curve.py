import cv2
import numpy as np
import pytest
from sync_results import sync_result

from mmav_coattn.apis.sync_result import Drift, Piece
from mmav_coattn.visualization.sync_curve import plot_sync

SHIFTS = np.linspace(-1, 1, 51)


def result(offset, last=8.0, **course):
    curve = 8 - 30 * np.abs(SHIFTS - offset)
    curve[:3] = np.nan
    times, scores = np.array([0.8, last]), np.full((2, 51), np.nan)
    return sync_result('clips/a.mp4', offset, curve=curve, window_times=times,
                       window_scores=scores, **course)  # fmt: skip


def is_red(picture):
    return (picture[..., 2] > 180) & (picture[..., :2] < 80).all(axis=-1)


def red_columns(picture):
    return np.flatnonzero(is_red(picture).sum(axis=0) > 150)


def test_offset_is_marked_at_its_place(tmp_path):
    columns = []
    for offset in (-0.4, 0.0, 0.4):
        picture = cv2.imread(str(plot_sync(result(offset), tmp_path / 'new' / f'{offset}.png')))
        assert picture.shape[1] == pytest.approx(770, abs=2)
        columns.append(red_columns(picture).mean())
    low, middle, high = columns
    assert low < middle < high and 2 * middle == pytest.approx(low + high, abs=2)


@pytest.mark.parametrize(
    'course',
    [
        dict(drift=Drift(0.01, 0.0, 0.4)),
        dict(pieces=[Piece(0.0, 20.0, -0.2, 0.9), Piece(20.0, 40.0, 0.2, 0.9)]),
    ],
)
def test_a_long_file_has_a_panel_for_the_match_over_time(tmp_path, course):
    wide = cv2.imread(str(plot_sync(result(0.2, 40.0, **course), tmp_path / 'wide.png')))
    assert wide.shape[1] == pytest.approx(1210, abs=2)
    assert len(red_columns(wide)) == 0  # no one offset is marked where it changes
    rows, columns = np.nonzero(is_red(wide))
    assert columns.min() > 605  # the course is drawn in the panel on the right
    # The longer after the beginning, the later the audio: the higher.
    early, late = columns < 900, columns > 1000
    assert rows[early].mean() > rows[late].mean() + 20

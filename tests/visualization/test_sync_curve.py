"""The picture marks the offset at its place, and has a second panel for the match over time."""

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


def red_columns(picture):
    blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
    return np.flatnonzero(((red > 180) & (green < 80) & (blue < 80)).sum(axis=0) > 150)


def test_offset_is_marked_at_its_place(tmp_path):
    columns = {}
    for offset in (-0.4, 0.0, 0.4):
        picture = cv2.imread(str(plot_sync(result(offset), tmp_path / 'new' / f'{offset}.png')))
        assert picture.shape[1] == pytest.approx(770, abs=2)
        columns[offset] = red_columns(picture).mean()
    assert columns[-0.4] < columns[0.0] < columns[0.4]
    assert columns[0.0] * 2 == pytest.approx(columns[-0.4] + columns[0.4], abs=2)


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
    blue, green, red = (wide[..., channel].astype(int) for channel in range(3))
    rows, columns = np.nonzero((red > 180) & (green < 80) & (blue < 80))
    assert columns.min() > 605  # the course is drawn in the panel on the right
    # The longer after the beginning, the later the audio: the higher.
    early, late = columns < 900, columns > 1000
    assert rows[early].mean() > rows[late].mean() + 20

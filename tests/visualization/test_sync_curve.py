"""The picture marks the offset at its place, and has a second panel for the offset over time."""

import cv2
import numpy as np
import pytest

from mmav_coattn.apis.sync_result import Drift, SyncResult
from mmav_coattn.evaluation.functional.offset_curve import OffsetEstimate
from mmav_coattn.visualization.sync_curve import plot_sync

SHIFTS = np.linspace(-1, 1, 51)


def result(offset, num_segments=1, drift=None):
    curve = 8 - 30 * np.abs(SHIFTS - offset)
    curve[:3] = np.nan
    return SyncResult(
        path='clips/a.mp4',
        offset=offset,
        confidence=0.98,
        best=offset,
        at_edge=False,
        step=0.04,
        shifts=SHIFTS,
        curve=curve,
        window_times=np.array([0.8, 40.0]),
        window_scores=np.zeros((2, 51)),
        segment_times=np.arange(num_segments) * 10.0,
        segments=[
            OffsetEstimate(None if i == 1 else offset, offset, 0.9, False)
            for i in range(num_segments)
        ],
        drift=drift,
        notes=[],
    )


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


def test_offset_over_time_has_a_panel_of_its_own(tmp_path):
    drift = Drift(0.01, 0.0, 0.4)
    wide = cv2.imread(str(plot_sync(result(0.2, 4, drift), tmp_path / 'wide.png')))
    assert wide.shape[1] == pytest.approx(1210, abs=2)
    assert len(red_columns(wide)) == 0  # no one offset is marked where it drifts

"""What is said of a measured offset, and what is handed to other programs."""

import json

import numpy as np
import pytest

from mmav_coattn.apis.sync_result import Drift, SyncResult
from mmav_coattn.evaluation.functional.offset_curve import OffsetEstimate


def result(offset, confidence=0.9, best=0.2, at_edge=False, drift=None):
    return SyncResult(
        path='a.mp4',
        offset=offset,
        confidence=confidence,
        best=best,
        at_edge=at_edge,
        step=0.04,
        shifts=np.array([-0.04, 0.1 + 0.2]),
        curve=np.array([1.5, np.nan]),
        window_times=np.array([1.0]),
        window_scores=np.array([[1.5, np.nan]]),
        segment_times=np.array([2.0]),
        segments=[OffsetEstimate(None, 0.1, 0.25, False)],
        drift=drift,
        notes=['one'],
    )


@pytest.mark.parametrize(
    'settings, sentence',
    [
        (dict(offset=0.24), 'audio is 0.24 s late (confidence 0.90)'),
        (dict(offset=-0.24), 'audio is 0.24 s early (confidence 0.90)'),
        # Half a step is not told from none.
        (dict(offset=-0.02), 'in sync, offset -0.020 s (confidence 0.90)'),
        (dict(offset=0.021), 'audio is 0.02 s late (confidence 0.90)'),
        (
            dict(offset=0.5, drift=Drift(0.001, 0.2, 0.8)),
            'the offset drifts by +60 ms a minute, from audio is 0.20 s late at the beginning to '
            'audio is 0.80 s late at the end; audio is 0.50 s late in the middle (confidence 0.90)',
        ),
        (
            dict(offset=None, at_edge=True),
            'cannot tell: the best match is at the largest shift that could be tried, +0.20 s; '
            'try a larger search range, or a longer file (confidence 0.90)',
        ),
        # At the edge, but nothing stands out there.
        (
            dict(offset=None, at_edge=True, confidence=0.1),
            'cannot tell: no shift of the audio matches the video clearly better than others '
            '(confidence 0.10)',
        ),
    ],
)
def test_sentence(settings, sentence):
    assert result(**settings).sentence() == sentence


def test_json():
    found = json.loads(json.dumps(result(0.24, drift=Drift(0.001, 0.2, 0.8)).to_dict()))
    assert found.pop('sentence').startswith('the offset drifts')
    assert found == dict(
        offset=0.24,
        confidence=0.9,
        best=0.2,
        at_edge=False,
        step=0.04,
        shifts=[-0.04, 0.3],
        curve=[1.5, None],
        over_time=[dict(time=2.0, offset=None, confidence=0.25)],
        drift=dict(rate=0.001, first=0.2, last=0.8),
        notes=['one'],
    )
    assert result(0.24).to_dict()['drift'] is None

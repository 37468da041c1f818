"""One line of a table for a file: of what was measured, the worst offset counts."""

import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.apis.file_score import FileScore, score_file
from mmav_coattn.apis.sync_result import Drift, Piece, SyncResult


@pytest.fixture(scope='module')
def clip(media_folder):
    path = media_folder / 'file_score.mp4'
    write_clip(path, duration=1.0, fps=50)
    return path


def measured(path, offset, drift=None, pieces=()):
    scores = np.array([[1.0, 2.0, np.nan], [np.nan] * 3, [3.0, 4.5, 1.0]])
    shifts = np.array([-0.04, 0.0, 0.04])
    curve = np.array([2.0, 3.25, np.nan])
    return SyncResult(
        str(path), offset, 0.9, 0.0, False, 0.04, shifts, curve, np.arange(3.0), scores,
        list(pieces), drift, [],
    )  # fmt: skip


def test_score(clip):
    assert score_file(measured(clip, -0.1)) == FileScore(
        path=str(clip),
        offset=-0.1,
        frames=pytest.approx(-5.0),
        confidence=0.9,
        match=3.25,
        windows=2,
        course='constant',
        verdict='probably not acceptable (ITU-R BT.1359)',
    )


def test_score_of_a_changing_or_an_unknown_offset(clip):
    found = score_file(measured(clip, 0.1, drift=Drift(0.01, -0.5, 0.3)))
    assert (found.offset, found.frames, found.course) == (-0.5, -25.0, 'drifts')
    pieces = [Piece(0.0, 2.0, 0.02, 0.9), Piece(2.0, 3.0, 0.3, 0.9)]
    found = score_file(measured(clip, 0.02, pieces=pieces))
    assert (found.offset, found.frames, found.course) == (0.3, 15.0, 'jumps')
    assert found.verdict == 'not acceptable (ITU-R BT.1359)'
    found = score_file(measured(clip, None))
    assert (found.offset, found.frames, found.verdict) == (None, None, 'cannot tell')

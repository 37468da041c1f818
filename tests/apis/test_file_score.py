"""One row of a table for a file: of what was measured, the worst offset counts."""

import numpy as np
import pytest
from media_factory import write_clip
from sync_results import sync_result

from mmav_coattn.apis.file_score import FileScore, ScoreTable, score_file
from mmav_coattn.apis.sync_result import Drift, Piece
from mmav_coattn.datasets.video_lists import read_table
from mmav_coattn.errors import ConfigError

LATE = FileScore('a.mp4', 0.1234, 3.085, 0.98, 4.5678, 60, 'constant', 'within EBU R37')
HEADER = 'file,offset_s,offset_frames,confidence,match,windows,course,verdict,error\n'
ROW = '+0.123,+3.08,0.980,4.568,60,constant,within EBU R37,\n'


@pytest.fixture(scope='module')
def clip(media_folder):
    path = media_folder / 'file_score.mp4'
    write_clip(path, duration=1.0, fps=50)
    return path


def measured(path, offset, **changes):
    return sync_result(
        path,
        offset,
        curve=np.array([2.0, 3.25, np.nan]),
        window_scores=np.array([[1.0, 2.0, np.nan], [np.nan] * 3, [3.0, 4.5, 1.0]]),
        **changes,
    )


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


def test_rows_as_they_are_done(tmp_path):
    path = tmp_path / 'new/scores.csv'
    table = ScoreTable(path)
    assert path.read_text() == HEADER and not table.rows
    table.add(tmp_path / 'a, b.mp4', LATE, None)
    assert path.read_text() == f'{HEADER}"{tmp_path}/a, b.mp4",{ROW}'
    table.add(tmp_path / 'c.mp4', None, 'c.mp4: has no "sound", and is short')
    table.add(tmp_path / 'd.mp4', LATE._replace(offset=None, frames=None), None)
    again = ScoreTable(path)
    assert again.rows == table.rows
    assert again.rows[f'{tmp_path}/c.mp4']['error'] == 'c.mp4: has no "sound", and is short'
    assert again.rows[f'{tmp_path}/d.mp4']['offset_s'] == ''
    # A data set reads the table as it is.
    assert [item['relpath'] for item in read_table(path, str(tmp_path))] == [
        'a, b.mp4', 'c.mp4', 'd.mp4',
    ]  # fmt: skip


def test_tolerance(tmp_path):
    table = ScoreTable(tmp_path / 'scores.csv')
    for name, offset in dict(a=0.06, b=-0.06, c=0.061, d=None, e=0.0).items():
        table.add(tmp_path / name, LATE._replace(offset=offset), None)
    table.add(tmp_path / 'f', None, 'f: is broken')
    assert table.in_sync(0.06) == {str(tmp_path / name) for name in 'abe'}


@pytest.mark.parametrize(
    'left', ['fil', HEADER, f'{HEADER}/a.mp4,{ROW}', f'{HEADER}/a.mp4,{ROW}/b']
)
def test_what_a_killed_run_left(tmp_path, left):
    path = tmp_path / 'scores.csv'
    path.write_text(left)
    table = ScoreTable(path)
    done = ['/a.mp4'] if 'a.mp4' in left else []
    assert list(table.rows) == done
    table.add(tmp_path / 'c.mp4', LATE, None)
    assert list(ScoreTable(path).rows) == [*done, f'{tmp_path}/c.mp4']
    assert path.read_text().count('\n') == len(done) + 2


def test_another_table_is_left_alone(tmp_path):
    path = tmp_path / 'train.csv'
    path.write_text('file,label\na.mp4,1\nb.mp4,2')
    with pytest.raises(ConfigError, match=r'train\.csv: is another table or file'):
        ScoreTable(path)
    assert path.read_text().endswith('b.mp4,2')

"""One row of a table for a file: of what was measured, the worst offset counts."""

import numpy as np
import pytest
from media_factory import write_clip
from sync_results import JUMP, sync_result

from mmav_coattn.apis.file_score import ScoreTable, score_cells
from mmav_coattn.apis.sync_result import Drift
from mmav_coattn.datasets.video_lists import read_table
from mmav_coattn.errors import ConfigError

LATE = dict(offset_s='+0.123', offset_frames='+3.08', confidence='0.980', match='4.568',
            windows='60', course='constant', verdict='within EBU R37')  # fmt: skip
BEYOND = 'not acceptable (ITU-R BT.1359)'
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


def test_cells(clip):
    assert score_cells(measured(clip, -0.1)) == dict(
        offset_s='-0.100',
        offset_frames='-5.00',
        confidence='0.900',
        match='3.250',
        windows='2',
        course='constant',
        verdict='probably not acceptable (ITU-R BT.1359)',
    )


@pytest.mark.parametrize(
    ('offset', 'changes', 'cells'),
    [
        (0.1, dict(drift=Drift(0.01, -0.5, 0.3)), ('-0.500', '-25.00', 'drifts', BEYOND)),
        (0.02, dict(pieces=JUMP), ('-0.240', '-12.00', 'jumps', BEYOND)),
        (None, {}, ('', '', 'constant', 'cannot tell')),
    ],
)
def test_cells_of_a_changing_or_an_unknown_offset(clip, offset, changes, cells):
    found = score_cells(measured(clip, offset, **changes))
    names = ('offset_s', 'offset_frames', 'course', 'verdict')
    assert tuple(found[name] for name in names) == cells


def test_rows_as_they_are_done(tmp_path):
    path = tmp_path / 'new/scores.csv'
    table = ScoreTable(path)
    assert path.read_text() == HEADER and not table.rows
    table.add(tmp_path / 'a, b.mp4', LATE)
    assert path.read_text() == f'{HEADER}"{tmp_path}/a, b.mp4",{ROW}'
    table.add(tmp_path / 'c.mp4', dict(error='c.mp4: has no "sound", and is short'))
    table.add(tmp_path / 'd.mp4', LATE | dict(offset_s='', offset_frames=''))
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
    offsets = dict(a='+0.060', b='-0.060', c='+0.061', d='', e='+0.000')
    for name, offset in offsets.items():
        table.add(tmp_path / name, LATE | dict(offset_s=offset))
    table.add(tmp_path / 'f', dict(error='f: is broken'))
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
    table.add(tmp_path / 'c.mp4', LATE)
    assert list(ScoreTable(path).rows) == [*done, f'{tmp_path}/c.mp4']
    assert path.read_text().count('\n') == len(done) + 2


def test_another_table_is_left_alone(tmp_path):
    path = tmp_path / 'train.csv'
    path.write_text('file,label\na.mp4,1\nb.mp4,2')
    with pytest.raises(ConfigError, match=r'train\.csv: is another table or file'):
        ScoreTable(path)
    assert path.read_text().endswith('b.mp4,2')

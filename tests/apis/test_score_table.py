"""The table grows by a row a file, and half a row that a killed run left does no harm."""

import pytest

from mmav_coattn.apis.file_score import FileScore
from mmav_coattn.apis.score_table import COLUMNS, ScoreTable
from mmav_coattn.datasets.video_lists import read_table
from mmav_coattn.errors import ConfigError

LATE = FileScore('a.mp4', 0.1234, 3.085, 0.98, 4.5678, 60, 'constant', 'within EBU R37')
HEADER = 'file,offset_s,offset_frames,confidence,match,windows,course,verdict,error\n'
ROW = '+0.123,+3.08,0.980,4.568,60,constant,within EBU R37,\n'


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
    assert len(COLUMNS) == HEADER.count(',') + 1

import numpy as np
import pytest
from media_factory import write_clip
from sync_results import JUMP, sync_result

from mmav_coattn.apis.file_score import ScoreTable, score_cells
from mmav_coattn.apis.sync_result import Drift
from mmav_coattn.datasets.video_lists import read_table
from mmav_coattn.errors import ConfigError, UserError

LATE = dict(offset_s='+0.123', offset_frames='+3.08', confidence='0.980', match='4.568',
            windows='60', course='constant', verdict='within EBU R37')  # fmt: skip
BEYOND = 'not acceptable (ITU-R BT.1359)'
HEADER = 'file,offset_s,offset_frames,confidence,match,windows,course,verdict,error\n'
ROW = '+0.123,+3.08,0.980,4.568,60,constant,within EBU R37,\n'


@pytest.mark.parametrize(
    ('offset', 'changes', 'cells'),
    [
        (-0.1, {}, ('-0.100', '-5.00', 'constant', f'probably {BEYOND}')),
        (0.1, dict(drift=Drift(0.01, -0.5, 0.3)), ('-0.500', '-25.00', 'drifts', BEYOND)),
        (0.02, dict(pieces=JUMP), ('-0.240', '-12.00', 'jumps', BEYOND)),
        (None, {}, ('', '', 'constant', 'cannot tell')),
    ],
)
def test_cells(tmp_path, offset, changes, cells):
    path = write_clip(tmp_path / 'a.mp4', duration=0.2, fps=50).path
    scores = np.array([[1.0, 2.0, np.nan], [np.nan] * 3, [3.0, 4.5, 1.0]])
    changes = changes | dict(curve=np.array([2.0, 3.25, np.nan]), window_scores=scores)
    found = score_cells(sync_result(path, offset, **changes))
    names = ('offset_s', 'offset_frames', 'course', 'verdict')
    assert tuple(found[name] for name in names) == cells
    # Of all windows at the best shift, and those that have a score.
    assert (found['confidence'], found['match'], found['windows']) == ('0.900', '3.250', '2')


def test_rows_as_they_are_done(tmp_path):
    path = tmp_path / 'new/scores.csv'
    table = ScoreTable(path)
    assert path.read_text() == HEADER and not table.rows
    table.add(tmp_path / 'a, b.mp4', LATE)
    assert path.read_text() == f'{HEADER}"{tmp_path}/a, b.mp4",{ROW}'
    table.add(tmp_path / 'c.mp4', dict(error='c.mp4: has no "sound", and is short'))
    again = ScoreTable(path)
    assert again.rows == table.rows
    assert again.rows[f'{tmp_path}/c.mp4']['error'] == 'c.mp4: has no "sound", and is short'
    # A data set reads the table as it is.
    assert [item['relpath'] for item in read_table(path, str(tmp_path))] == ['a, b.mp4', 'c.mp4']


@pytest.mark.parametrize('left', ['fil', HEADER, f'{HEADER}/a.mp4,{ROW}/b'])
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
    with pytest.raises(UserError, match=r'cannot be written \('):
        ScoreTable(tmp_path)

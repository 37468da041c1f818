from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.datasets.video_lists import read_table

from .conftest import UNUSABLE, USABLE


def test_score_goes_on_and_lists_what_to_keep(command, network, odd_files, tmp_path, offsets):
    told, measured = offsets
    told.update({'plain.mp4': 0.05, 'rotated.mp4': -0.3, 'variable.mkv': -0.1})
    table, keep = tmp_path / 'scores.csv', tmp_path / 'keep.txt'
    arguments = ('score', odd_files, '--network', network, '--quiet', '--csv', table)
    code, out, _ = command(*arguments, '--part', '1/2')
    done = sorted([*USABLE, *UNUSABLE])[::2]
    assert code == 0 and measured == [name for name in done if name in USABLE]
    assert 'of 5 files' in out and out.count('failed: ') == sum(name in UNUSABLE for name in done)
    before = table.read_text()
    code, out, _ = command(*arguments, '--keep', keep)
    assert code == 0 and sorted(measured) == sorted(USABLE)  # each file once
    assert 'of 10 files, 2 in sync within 0.1 s, 1 not, 1 cannot be told, 6 failed; 5' in out
    assert table.read_text().startswith(before)
    rows = {row['relpath']: row['columns'] for row in read_table(table, str(odd_files))}
    assert sorted(rows) == sorted([*USABLE, *UNUSABLE])
    plain = dict(offset_s='+0.050', offset_frames='+1.25', match='4.000', error='')
    assert rows['plain.mp4'].items() >= plain.items()
    assert rows['plain.mp4']['verdict'] == 'probably within EBU R37'
    assert rows['large.mp4']['verdict'] == 'cannot tell'
    for name, reason in UNUSABLE.items():
        assert reason in rows[name]['error'] and not rows[name]['offset_s']
    kept = AudioVisualDataset(ann_file=str(keep), data_root=str(odd_files), pipeline=[])
    names = [kept.get_data_info(index)['relpath'] for index in range(len(kept))]
    assert names == ['plain.mp4', 'variable.mkv']
    # A stricter list is made of the table alone.
    command(*arguments, '--keep', keep, '--tolerance', 0.06)
    assert keep.read_text() == f'{odd_files}/plain.mp4\n' and len(measured) == len(USABLE)

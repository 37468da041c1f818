import json
import os
from pathlib import Path

import pytest

from .conftest import UNUSABLE, USABLE


@pytest.fixture
def sync(command, network):
    return lambda *arguments: command('sync', *arguments, '--network', network, '--quiet')


def test_sync_of_a_folder(sync, odd_files, tmp_path):
    written_to = ['--curve-dir', tmp_path / 'curves', '--json', tmp_path / 'all.json']
    code, out, _ = sync(odd_files, '--max-offset', 0.4, *written_to)
    assert code == 1
    curves = sorted(file.name for file in (tmp_path / 'curves').iterdir())
    assert curves == [f'{Path(name).stem}_sync.png' for name in USABLE]
    written = json.loads((tmp_path / 'all.json').read_text())
    assert sorted(written['results']) == [str(odd_files / name) for name in USABLE]
    assert sorted(written['failures']) == [str(odd_files / name) for name in UNUSABLE]
    # Random weights: nothing is clearly best, and nobody must be told an offset.
    assert out.count('cannot tell') == len(USABLE)
    assert written['results'][str(odd_files / 'plain.mp4')]['offset'] is None


def test_a_name_that_is_no_text(sync, odd_files, tmp_path):
    clip = tmp_path / os.fsdecode(b'\xe9 $_{$.mp4')
    clip.symlink_to(odd_files / 'plain.mp4')
    code, out, _ = sync(clip, '--curve-dir', tmp_path)
    assert code == 0 and r'/\udce9 $_{$.mp4: cannot tell' in out
    assert clip.with_name(f'{clip.stem}_sync.png').is_file()


def test_results_that_cannot_be_written(sync, odd_files, tmp_path):
    (tmp_path / 'file').touch()
    for options in (('--no-curve', '--json', tmp_path), ('--curve-dir', tmp_path / 'file')):
        code, _, err = sync(odd_files / 'plain.mp4', *options)
        assert code == 1 and f'error: {options[-1]}' in err and 'cannot be written (' in err


def test_fix_writes_a_copy_in_sync_unless_there_is_none_to_write(
    sync, odd_files, tmp_path, offsets
):
    told, fixed = offsets[0], tmp_path / 'fixed.mp4'
    command = (odd_files / 'plain.mp4', '--no-curve', '--fix', fixed)
    code, out, _ = sync(*command)
    assert code == 1 and 'was not mended: cannot tell' in out
    told['plain.mp4'] = -0.01
    code, out, _ = sync(*command)
    assert code == 0 and 'in sync, offset -0.010 s (confidence 0.90): within EBU R37\n' in out
    assert 'verdict: within EBU R37: -10 ms is within -40 to +60 ms' in out
    assert 'no copy: the file is in sync as it is' in out and not list(tmp_path.iterdir())
    told |= {'plain.mp4': 0.24, 'fixed.mp4': 0.0}
    code, out, _ = sync(*command)
    assert code == 0 and 'plain.mp4: audio is 0.24 s late' in out
    assert f'{fixed}: audio moved 0.240 s earlier' in out and 'measured again: in sync' in out

"""`mmav-coattn sync`: offsets, curves, tables, and copies in sync."""

import json
from pathlib import Path

import pytest
from media_factory import audio_lag
from sync_results import sync_result

from mmav_coattn.apis import inferencer
from mmav_coattn.media import MediaFile
from mmav_coattn.media.remux import shift_audio

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


def test_fix_writes_nothing_where_the_offset_is_unknown(sync, odd_files, tmp_path):
    target = tmp_path / 'fixed.mp4'
    code, out, _ = sync(odd_files / 'plain.mp4', '--no-curve', '--fix', target)
    assert code == 1 and 'was not mended: cannot tell' in out and not target.exists()


def test_fix(sync, odd_files, tmp_path, monkeypatch):
    """With a measurement that reads the true offset off the audio itself."""

    def true_offset(path):
        with MediaFile(path) as media:
            offset = audio_lag(media.read_audio(0.6, 0.8, 16000), 0.6, 16000, 0.5)
        return sync_result(path, offset)

    monkeypatch.setattr(
        inferencer, 'measure_sync', lambda model, embedding, *_: true_offset(embedding.path)
    )
    shifted = shift_audio(odd_files / 'plain.mp4', tmp_path / 'shifted.mp4', 0.24)
    code, out, _ = sync(shifted, '--no-curve', '--fix', tmp_path / 'fixed.mp4')
    assert code == 0, out
    assert 'shifted.mp4: audio is 0.24 s late' in out
    assert 'audio moved 0.240 s earlier' in out and 'measured again: in sync' in out
    assert abs(true_offset(tmp_path / 'fixed.mp4').offset) < 0.002


def test_sync_says_the_verdict_and_makes_no_copy_of_what_is_in_sync(
    sync, odd_files, tmp_path, offsets
):
    offsets[0]['plain.mp4'] = -0.01
    code, out, _ = sync(odd_files / 'plain.mp4', '--no-curve', '--fix', tmp_path / 'fixed.mp4')
    assert code == 0 and 'in sync, offset -0.010 s (confidence 0.90): within EBU R37\n' in out
    assert 'verdict: within EBU R37: -10 ms is within -40 to +60 ms' in out
    assert 'no copy: the file is in sync as it is' in out and not list(tmp_path.iterdir())

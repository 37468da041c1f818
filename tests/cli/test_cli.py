"""The console command on files of every kind: sentences, exit codes, and the rest still done."""

import json
from pathlib import Path

import pytest
import torch
from media_factory import tag_rotation, write_clip
from models.tiny import MODEL

from mmav_coattn import cli

CONFIG = f"""
model = {MODEL!r}
test_pipeline = [
    dict(type='SampleSyncWindows', clip_seconds=0.8, test_mode=True),
    dict(type='LoadFrames', num_frames=8),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='LoadAudio', sample_rate=16000),
]
"""


@pytest.fixture(scope='module')
def network(tmp_path_factory):
    """A work dir as training leaves it, with random weights."""
    from mmav_coattn.apis import AudioVisualInferencer

    folder = tmp_path_factory.mktemp('network')
    (folder / 'tiny.py').write_text(CONFIG)
    torch.manual_seed(0)
    model = AudioVisualInferencer(str(folder / 'tiny.py')).model
    torch.save(dict(state_dict=model.state_dict()), folder / 'epoch_1.pth')
    return folder / 'epoch_1.pth'


#: Files that cannot be used, and what is said of each.
UNUSABLE = {
    'blind.mp4': 'has no picture',
    'brief.mp4': 'this network',
    'garbage.mp4': 'cannot be opened',
    'mute.mp4': 'has no audio stream',
    'silent.mp4': 'is silent',
}
USABLE = ('large.mp4', 'plain.mp4', 'rotated.mp4', 'variable.mkv')
SUMMARY = f'{len(USABLE)} of {len(USABLE) + len(UNUSABLE)} files done, {len(UNUSABLE)} failed'


@pytest.fixture(scope='module')
def odd_files(tmp_path_factory):
    """A folder of files that can be used, though odd, and of such that cannot."""
    folder = tmp_path_factory.mktemp('odd')
    write_clip(folder / 'plain.mp4', duration=2.0, size=(96, 64))
    tag_rotation(folder / 'plain.mp4', folder / 'rotated.mp4', 90)
    write_clip(folder / 'variable.mkv', frame_times=[0, 0.1, 0.14, 0.5, 0.52, 0.9, 1.3, 1.31, 1.6])
    fast = dict(preset='ultrafast')
    write_clip(folder / 'large.mp4', duration=1.0, fps=5, size=(3840, 2160), codec_options=fast)
    write_clip(folder / 'brief.mp4', duration=0.2)
    write_clip(folder / 'mute.mp4', duration=2.0, audio=False)
    write_clip(folder / 'blind.mp4', duration=2.0, video=False)
    write_clip(folder / 'silent.mp4', duration=2.0, level=0.0)
    (folder / 'garbage.mp4').write_bytes(b'no video' * 99)
    return folder


def check_complaints(folder, out, err):
    """Each failure is named when it happens, and again in the summary, which ends the output."""
    lines = err.splitlines()
    at = lines.index(SUMMARY)
    assert len(lines) == at + 1 + len(UNUSABLE), err
    for (name, reason), line in zip(UNUSABLE.items(), lines[at + 1 :], strict=True):
        assert str(folder / name) in line and reason in line
        assert f'failed: {line.strip()}' in out


@pytest.fixture
def command(capsys):
    """Runs ``mmav-coattn ARGUMENTS``: exit code, what it printed, and its complaints."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert 'Traceback' not in out + err
        return end.value.code or 0, out, err

    return run


def test_every_command_has_help(command):
    code, out, _ = command('--help')
    assert code == 0 and all(name in out for name in cli.COMMANDS)
    code, out, _ = command('sync', '--help')
    assert code == 0 and 'the audio is late' in out and '--fix' in out


def test_folder_of_odd_files(command, network, odd_files, tmp_path):
    code, out, err = command('localize', odd_files, '-o', tmp_path, '--network', network, '--quiet')
    assert code == 1
    made = sorted(file.name for file in tmp_path.iterdir())
    assert made == ['large.mp4', 'plain.mp4', 'rotated.mp4', 'variable.mp4']
    check_complaints(odd_files, out, err)

    from mmav_coattn.media import MediaFile

    def shape_and_times(path):
        with MediaFile(path) as media:
            times = [frame.time for frame in media.iter_frames()]
            return media.read_frames([0.5]).shape[1:], times

    assert shape_and_times(tmp_path / 'rotated.mp4')[0] == (96, 64, 3)
    assert shape_and_times(tmp_path / 'large.mp4')[0] == (2160, 3840, 3)
    # The rate stays variable.
    times = shape_and_times(tmp_path / 'variable.mp4')[1]
    assert times == pytest.approx([0, 0.1, 0.14, 0.5, 0.52, 0.9, 1.3, 1.31, 1.6], abs=0.002)


def test_sync_of_a_folder(command, network, odd_files, tmp_path):
    code, out, err = command(
        'sync',
        odd_files,
        '--network',
        network,
        '--quiet',
        '--max-offset',
        0.4,
        '--curve-dir',
        tmp_path / 'curves',
        '--json',
        tmp_path / 'all.json',
    )
    assert code == 1
    check_complaints(odd_files, out, err)
    curves = sorted(file.name for file in (tmp_path / 'curves').iterdir())
    assert curves == [f'{Path(name).stem}_sync.png' for name in USABLE]
    written = json.loads((tmp_path / 'all.json').read_text())
    assert sorted(written['results']) == [str(odd_files / name) for name in USABLE]
    assert sorted(written['failures']) == [str(odd_files / name) for name in UNUSABLE]
    # Random weights: nothing is clearly best, and nobody must be told an offset.
    assert out.count('cannot tell') == len(USABLE)
    assert written['results'][str(odd_files / 'plain.mp4')]['offset'] is None


def test_fix_writes_nothing_where_the_offset_is_unknown(command, network, odd_files, tmp_path):
    target = tmp_path / 'fixed.mp4'
    code, out, _ = command(
        'sync',
        odd_files / 'plain.mp4',
        '--network',
        network,
        '--quiet',
        '--no-curve',
        '--fix',
        target,
    )
    assert code == 1 and 'was not mended: cannot tell' in out and not target.exists()


def test_fix(command, network, odd_files, tmp_path, monkeypatch):
    """With a measurement that reads the true offset off the audio itself."""
    import numpy as np
    from media_factory import audio_lag

    from mmav_coattn.apis import inferencer
    from mmav_coattn.apis.sync_result import SyncResult
    from mmav_coattn.media import MediaFile
    from mmav_coattn.media.remux import shift_audio

    def true_offset(path):
        with MediaFile(path) as media:
            offset = audio_lag(media.read_audio(0.6, 0.8, 16000), 0.6, 16000, 0.5)
        shifts = np.linspace(-1, 1, 51)
        return SyncResult(
            path,
            offset,
            0.99,
            offset,
            False,
            0.04,
            shifts,
            shifts * 0,
            np.zeros(1),
            np.zeros((1, 51)),
            [],
            None,
            [],
        )

    monkeypatch.setattr(
        inferencer, 'measure_sync', lambda model, embedding, *_: true_offset(embedding.path)
    )
    shifted = shift_audio(odd_files / 'plain.mp4', tmp_path / 'shifted.mp4', 0.24)
    code, out, _ = command(
        'sync',
        shifted,
        '--network',
        network,
        '--quiet',
        '--no-curve',
        '--fix',
        tmp_path / 'fixed.mp4',
    )
    assert code == 0, out
    assert 'shifted.mp4: audio is 0.24 s late' in out
    assert 'audio moved 0.240 s earlier' in out and 'measured again: in sync' in out
    assert abs(true_offset(tmp_path / 'fixed.mp4').offset) < 0.002


@pytest.fixture
def offsets(monkeypatch):
    """A measurement that gives each file the offset it is told, by its name."""
    import numpy as np

    from mmav_coattn.apis import inferencer
    from mmav_coattn.apis.sync_result import SyncResult

    told, measured = {}, []

    def measure(model, embedding, max_offset):
        name = Path(embedding.path).name
        measured.append(name)
        shifts, offset = np.linspace(-1, 1, 51), told.get(name)
        return SyncResult(
            embedding.path, offset, 0.9, offset or 0.0, False, 0.04, shifts, 4 - shifts**2,
            np.zeros(1), np.zeros((1, 51)), [], None, [],
        )  # fmt: skip

    monkeypatch.setattr(inferencer, 'measure_sync', measure)
    return told, measured


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
    assert 'of 9 files, 2 in sync within 0.1 s, 1 not, 1 cannot be told, 5 failed; 5' in out
    assert table.read_text().startswith(before)

    from mmav_coattn.datasets import AudioVisualDataset
    from mmav_coattn.datasets.video_lists import read_table

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


def test_sync_says_the_verdict_and_makes_no_copy_of_what_is_in_sync(
    command, network, odd_files, tmp_path, offsets
):
    offsets[0]['plain.mp4'] = -0.01
    code, out, _ = command(
        'sync',
        odd_files / 'plain.mp4',
        '--network',
        network,
        '--quiet',
        '--no-curve',
        '--fix',
        tmp_path / 'fixed.mp4',
    )
    assert code == 0 and 'in sync, offset -0.010 s (confidence 0.90): within EBU R37\n' in out
    assert 'verdict: within EBU R37: -10 ms is within -40 to +60 ms' in out
    assert 'no copy: the file is in sync as it is' in out and not list(tmp_path.iterdir())


def test_input_that_is_not_there(command, network):
    code, _, err = command('sync', 'gone.mp4', '--network', network)
    assert code == 1 and 'error: gone.mp4: there is no such file or folder.' in err

"""The console command on files of every kind: sentences, exit codes, and the rest still done."""

import json
from pathlib import Path

import pytest
import torch
from media_factory import tag_rotation, write_clip
from models.tiny import MODEL

from mmav_coattn import cli
from mmav_coattn.cli.network_arguments import find_checkpoint, find_config
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError

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
    write_clip(folder / 'brief.mp4', duration=0.3)
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
    code, out, err = command(
        'localize', odd_files, '-o', tmp_path, '--checkpoint', network, '--quiet'
    )
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
        '--checkpoint',
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
        '--checkpoint',
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
            np.zeros(0),
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
        '--checkpoint',
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


def test_which_network(tmp_path, monkeypatch, network):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('MMAV_CHECKPOINT', raising=False)
    with pytest.raises(CheckpointNotFoundError, match='give --checkpoint FILE'):
        find_checkpoint(None)
    demo = tmp_path / 'work_dirs/demo'
    demo.mkdir(parents=True)
    (demo / 'last_checkpoint').write_text(str(network))
    assert find_checkpoint(None) == network
    monkeypatch.setenv('MMAV_CHECKPOINT', str(tmp_path / 'gone.pth'))
    with pytest.raises(CheckpointNotFoundError, match=r'gone\.pth: there is no such'):
        find_checkpoint(None)
    assert find_checkpoint(str(network)) == network

    assert find_config(None, network) == network.parent / 'tiny.py'
    assert str(find_config('other.py', network)) == 'other.py'
    with pytest.raises(ConfigError, match=r'one \.py file \(none there\)'):
        find_config(None, demo / 'epoch_1.pth')


def test_input_that_is_not_there(command, network):
    code, _, err = command('sync', 'gone.mp4', '--checkpoint', network)
    assert code == 1 and 'error: gone.mp4: there is no such file or folder.' in err


def test_extract_in_parts(command, network, odd_files, tmp_path):
    from mmav_coattn.io import read_features

    common = ('extract', odd_files / 'plain.mp4', odd_files / 'rotated.mp4', odd_files / 'mute.mp4',
              '--checkpoint', network, '--quiet')  # fmt: skip
    code, _, _ = command(*common, '-o', tmp_path / 'whole.npz')
    assert code == 1
    parts = ('-o', tmp_path / 'parts.npz')
    code, out, _ = command(*common, *parts, '--part', '1/2')  # plain and mute
    assert code == 1 and '1 videos of part 1/2' in out and not (tmp_path / 'parts.npz').exists()
    code, _, err = command(*common, *parts, '--merge', 2)
    assert code == 1 and '1 of 2 parts have not ended: run --part 2/2' in err
    assert command(*common, *parts, '--part', '2/2')[0] == 0
    code, out, _ = command(*common, *parts, '--merge', 2)
    assert code == 1 and f'failed: {odd_files / "mute.mp4"}: no part has its features' in out
    whole, merged = read_features(tmp_path / 'whole.npz'), read_features(tmp_path / 'parts.npz')
    assert whole.keys() == merged.keys()
    for name, values in whole.items():
        assert (values == merged[name]).all(), name

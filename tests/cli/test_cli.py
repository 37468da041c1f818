"""The console command on files of every kind: sentences, exit codes, and the rest still done."""

import json

import pytest
import torch
from media_factory import tag_rotation, write_clip
from models.tiny import AUDIO, VISUAL

from mmav_coattn import cli
from mmav_coattn.cli.network_arguments import find_checkpoint, find_config
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError

CONFIG = f"""
model = dict(
    type='AudioVisualRecognizer',
    backbone=dict(type='AudioVisualBackbone', visual={VISUAL!r}, audio={AUDIO!r}),
    neck=dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, num_heads=2),
    cls_head=dict(type='SyncHead', in_channels=16))
test_pipeline = [
    dict(type='SampleSyncWindows', clip_seconds=0.8, test_mode=True),
    dict(type='LoadFrames', num_frames=8),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='LoadAudioWindows', sample_rate=16000),
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


@pytest.fixture(scope='module')
def odd_files(tmp_path_factory):
    """A folder with three files that can be used, and four that cannot."""
    folder = tmp_path_factory.mktemp('odd')
    write_clip(folder / 'plain.mp4', duration=2.0, size=(96, 64))
    tag_rotation(folder / 'plain.mp4', folder / 'rotated.mp4', 90)
    write_clip(folder / 'variable.mkv', frame_times=[0, 0.1, 0.14, 0.5, 0.52, 0.9, 1.3, 1.31, 1.6])
    write_clip(folder / 'brief.mp4', duration=0.3)
    write_clip(folder / 'mute.mp4', duration=2.0, audio=False)
    write_clip(folder / 'blind.mp4', duration=2.0, video=False)
    (folder / 'garbage.mp4').write_bytes(b'no video' * 99)
    return folder


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
    assert set(cli.commands()) >= {'localize', 'sync', 'train', 'test'}
    code, out, _ = command('--help')
    assert code == 0 and all(name in out for name in cli.commands())
    code, out, _ = command('sync', '--help')
    assert code == 0 and 'the sound is late' in out and '--fix' in out


def test_folder_of_odd_files(command, network, odd_files, tmp_path):
    code, out, err = command(
        'localize', odd_files, '-o', tmp_path, '--checkpoint', network, '--quiet'
    )
    assert code == 1
    made = sorted(file.name for file in tmp_path.iterdir())
    assert made == ['plain.mp4', 'rotated.mp4', 'variable.mp4']
    assert '3 of 7 files done, 4 failed' in err
    for name, reason in (
        ('blind.mp4', 'has no picture'),
        ('brief.mp4', 'overlap for 0.3'),
        ('garbage.mp4', 'cannot be opened'),
        ('mute.mp4', 'has no audio stream'),
    ):
        assert any(name in line and reason in line for line in err.splitlines()), err
        assert f'failed: {odd_files / name}' in out

    from mmav_coattn.datasets.media import MediaFile

    with MediaFile(tmp_path / 'rotated.mp4') as media:
        assert media.read_frames([0.5]).shape == (1, 96, 64, 3)


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
    assert code == 1 and '3 of 7 files done' in err
    assert len(list((tmp_path / 'curves').glob('*_sync.png'))) == 3
    written = json.loads((tmp_path / 'all.json').read_text())
    assert len(written['results']) == 3 and len(written['failures']) == 4
    # Random weights: nothing is clearly best, and nobody must be told an offset.
    assert out.count('cannot tell') == 3
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
    """With a measurement that reads the true offset off the sound itself."""
    import numpy as np
    from media_factory import audio_lag

    from mmav_coattn.apis import inferencer
    from mmav_coattn.apis.sync_result import SyncResult
    from mmav_coattn.datasets.media import MediaFile
    from mmav_coattn.datasets.media.remux import shift_audio

    def true_offset(model, settings, path, *rest):
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

    monkeypatch.setattr(inferencer, 'measure_sync', true_offset)
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
    assert 'shifted.mp4: sound is 0.24 s late' in out
    assert 'sound moved 0.240 s earlier' in out and 'measured again: in sync' in out
    assert abs(true_offset(None, None, tmp_path / 'fixed.mp4').offset) < 0.002


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

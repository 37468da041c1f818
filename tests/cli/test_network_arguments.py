"""Which network is meant, said in each of the ways."""

import argparse
from types import SimpleNamespace

import pytest

from mmav_coattn.cli import network_arguments
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('MMAV_CHECKPOINT', raising=False)
    for name in ('given', 'variable', 'demo'):
        (tmp_path / f'{name}.pth').touch()
    return tmp_path


def test_the_nearest_word_counts(folder, monkeypatch):
    with pytest.raises(
        CheckpointNotFoundError, match='give --checkpoint FILE, set MMAV_CHECKPOINT'
    ):
        network_arguments.find_checkpoint(None)
    demo = folder / 'work_dirs/demo/last_checkpoint'
    demo.parent.mkdir(parents=True)
    demo.write_text('demo.pth\n')
    assert network_arguments.find_checkpoint(None).name == 'demo.pth'
    monkeypatch.setenv('MMAV_CHECKPOINT', 'variable.pth')
    assert network_arguments.find_checkpoint(None).name == 'variable.pth'
    assert network_arguments.find_checkpoint('given.pth').name == 'given.pth'
    monkeypatch.setenv('MMAV_CHECKPOINT', 'gone.pth')
    with pytest.raises(CheckpointNotFoundError, match=r'gone\.pth: there is no such checkpoint'):
        network_arguments.find_checkpoint(None)
    with pytest.raises(CheckpointNotFoundError, match=r'gone\.pth: there is no such checkpoint'):
        network_arguments.find_checkpoint('gone.pth')


def test_the_config_beside_the_checkpoint_if_there_is_one(folder):
    checkpoint = folder / 'demo.pth'
    with pytest.raises(ConfigError, match=r'one \.py file \(none there\); give --config'):
        network_arguments.find_config(None, checkpoint)
    (folder / 'recipe.py').touch()
    assert network_arguments.find_config(None, checkpoint) == folder / 'recipe.py'
    (folder / 'another.py').touch()
    with pytest.raises(ConfigError, match=r'\(another\.py, recipe\.py there\)'):
        network_arguments.find_config(None, checkpoint)
    assert str(network_arguments.find_config('other.py', checkpoint)) == 'other.py'


def test_arguments_and_their_defaults():
    parser = argparse.ArgumentParser()
    network_arguments.add_network_arguments(parser)
    args = parser.parse_args(['a.mp4', 'clips/*.mp4'])
    assert args.inputs == ['a.mp4', 'clips/*.mp4']
    assert (args.checkpoint, args.config, args.device, args.quiet) == (None, None, 'cpu', False)
    with pytest.raises(SystemExit):
        parser.parse_args([])


@pytest.mark.parametrize(
    ('results', 'failures', 'code', 'where'),
    [(1, 0, 0, None), (2, 0, 0, 'out'), (0, 1, 1, None), (1, 1, 1, 'err')],
)
def test_one_failure_makes_the_exit_code(results, failures, code, where, capsys):
    batch = SimpleNamespace(
        results=[0] * results, failures=[0] * failures, summary=lambda: 'what became of them'
    )
    assert network_arguments.finish(batch) == code
    said = capsys.readouterr()
    for name in ('out', 'err'):
        assert getattr(said, name) == ('what became of them\n' if name == where else '')

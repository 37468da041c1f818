import argparse

import pytest

from mmav_coattn.cli.arguments import add_checkpoint_arguments, find_network
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'demo.pth').touch()
    return tmp_path


def network_of(*words):
    parser = argparse.ArgumentParser()
    add_checkpoint_arguments(parser)
    return find_network(parser.parse_args(words))


def test_networks_of_the_package_by_name():
    for given, name in ((None, 'events'), ('auto', 'events'), ('faces', 'faces')):
        config, checkpoint = network_of(*(('--network', given) if given else ()))
        assert (config.name, checkpoint.name) == (f'coattn_{name}.py', f'{name}.pth')
        assert config.is_file() and checkpoint.is_file()


def test_a_network_of_ones_own(folder):
    (folder / 'recipe.py').touch()
    config, checkpoint = network_of('--network', 'demo.pth')
    assert config == folder / 'recipe.py' and checkpoint.name == 'demo.pth'
    config, _ = network_of('--network', 'demo.pth', '--config', 'other.py')
    assert config.name == 'other.py'
    sentence = (
        r'gone\.pth: there is no such checkpoint.*events, faces, auto or a checkpoint of your own'
    )
    with pytest.raises(CheckpointNotFoundError, match=sentence):
        network_of('--network', 'gone.pth')


def test_there_must_be_one_config_beside_the_checkpoint(folder):
    with pytest.raises(ConfigError, match=r'one \.py file \(none there\); give --config'):
        network_of('--network', 'demo.pth')
    for name in ('recipe.py', 'another.py'):
        (folder / name).touch()
    with pytest.raises(ConfigError, match=r'\(another\.py, recipe\.py there\)'):
        network_of('--network', 'demo.pth')

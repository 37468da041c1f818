"""The pure parts of the demo; the whole of it is what `make demo` runs."""

import importlib.util
import os
import sys

import pytest
from paths import TOOLS

from mmav_coattn.config import load_config
from mmav_coattn.errors import UserError


@pytest.fixture(scope='module')
def demo():
    spec = importlib.util.spec_from_file_location('demo_tool', TOOLS / 'demo.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def parse(demo, monkeypatch):
    def parse(*arguments):
        monkeypatch.setattr(sys, 'argv', ['demo.py', *arguments])
        return demo.parse_args()

    return parse


def options_of(demo, args) -> dict:
    """As ``--cfg-options`` of the tools would read them."""
    from argparse import ArgumentParser

    from mmengine.config import DictAction

    parser = ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    return parser.parse_args(demo.cfg_options(args)).cfg_options


def test_options_reach_the_config(demo, parse):
    args = parse('--data-root', '/shapes', '--clips', '20', '6', '4', '--epochs', '2')
    cfg = load_config(str(demo.CONFIG), options_of(demo, args))
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    assert [loader.dataset.num_clips for loader in loaders] == [20, 6, 4]
    assert [loader.dataset.split for loader in loaders] == ['train', 'val', 'test']
    assert {loader.dataset.data_root for loader in loaders} == {'/shapes'}
    assert cfg.train_cfg.max_epochs == 2


def test_newest(demo, tmp_path):
    for age, name in enumerate(('b.json', 'a.json', 'c.txt')):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert demo.newest(tmp_path, '*.json').name == 'b.json'
    with pytest.raises(UserError, match=r'no \*\.pkl there'):
        demo.newest(tmp_path, '*.pkl')


def test_a_step_that_fails_ends_the_demo(demo, tmp_path, capfd):
    tool = tmp_path / 'tool.py'
    tool.write_text('import sys; print("hello", sys.argv[1]); raise SystemExit(int(sys.argv[2]))')
    demo.run('greet', tool, 'you', 0)
    assert 'hello you' in capfd.readouterr().out
    with pytest.raises(UserError, match='"stop" ended with exit code 3'):
        demo.run('stop', tool, 'you', 3)

"""The pure parts of the demo; the whole of it is what `make demo` runs."""

import runpy
import sys
from argparse import ArgumentParser
from types import SimpleNamespace

import pytest
from mmengine.config import DictAction
from paths import TOOLS

from mmav_coattn.config import load_config
from mmav_coattn.errors import UserError


@pytest.fixture(scope='module')
def demo():
    return SimpleNamespace(**runpy.run_path(str(TOOLS / 'demo.py')))


def test_options_reach_the_config(demo, monkeypatch):
    arguments = '--data-root /shapes --clips 20 6 4 --epochs 2'
    monkeypatch.setattr(sys, 'argv', ['demo.py', *arguments.split()])
    parser = ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    options = parser.parse_args(demo.cfg_options(demo.parse_args())).cfg_options
    cfg = load_config(str(demo.CONFIG), options)
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    assert [loader.dataset.num_clips for loader in loaders] == [20, 6, 4]
    assert [loader.dataset.split for loader in loaders] == ['train', 'val', 'test']
    assert {loader.dataset.data_root for loader in loaders} == {'/shapes'}
    assert cfg.train_cfg.max_epochs == 2


def test_a_step_that_fails_ends_the_demo(demo, tmp_path, capfd):
    tool = tmp_path / 'tool.py'
    tool.write_text('import sys; print("hello", sys.argv[1]); raise SystemExit(int(sys.argv[2]))')
    demo.run('greet', tool, 'you', 0)
    assert 'hello you' in capfd.readouterr().out
    with pytest.raises(UserError, match='"stop" ended with exit code 3'):
        demo.run('stop', tool, 'you', 3)

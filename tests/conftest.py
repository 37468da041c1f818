"""Puts this folder on the path, so that every test can import ``media_factory``."""

import gc
import itertools
import random
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import init_default_scope

sys.path.insert(0, str(Path(__file__).parent))
# Modules that only scripts of tools/analysis_tools use.
sys.path.insert(1, str(Path(__file__).parents[1] / 'tools/analysis_tools'))


def pytest_collection_finish():
    """Each data set that is built collects garbage; what is imported by now is none."""
    gc.freeze()


@pytest.fixture(autouse=True)
def mmaction_scope():
    """As every config of ours does; a test that ran a Runner may have left another scope."""
    init_default_scope('mmaction')


@pytest.fixture(autouse=True)
def fixed_draws(monkeypatch):
    """Weights, draws and data root are the same in every run, whichever tests ran before."""
    monkeypatch.delenv('MMAV_DATA_ROOT', raising=False)
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


#: The recipe for one's own folder with a tiny network.
FOLDER_RECIPE = """
_base_ = {base!r}
model = dict({model!r}, _delete_=True)
loader = dict(batch_size=2, num_workers=0, persistent_workers=False, pin_memory=False)
train_dataloader = dict(**loader)
val_dataloader = dict(**loader)
test_dataloader = dict(**loader)
default_hooks = dict(logger=dict(interval=1))
"""


@pytest.fixture(scope='session')
def folder_config(tmp_path_factory) -> Path:
    """A config file of that recipe."""
    from models.tiny import MODEL
    from paths import CONFIGS

    path = tmp_path_factory.mktemp('recipes') / 'folder.py'
    base = str(CONFIGS / 'coattn_pretrain_folder.py')
    path.write_text(FOLDER_RECIPE.format(base=base, model=MODEL))
    return path


@pytest.fixture(scope='session')
def videos(tmp_path_factory) -> Path:
    """Three videos, one of which the folder recipe holds out."""
    from media_factory import write_clip

    from mmav_coattn.datasets.video_lists import is_held_out

    folder = tmp_path_factory.mktemp('videos')
    *used, held_out = sorted((f'{i}.mp4' for i in range(200)), key=lambda x: is_held_out(x, 0.05))
    write_clip(folder / held_out, duration=4.5)
    for name in used[:2]:
        (folder / name).write_bytes((folder / held_out).read_bytes())
    return folder


RUNS = itertools.count()


@pytest.fixture
def here(monkeypatch, capsys):
    """Runs a tool in this process, as ``python tools/TOOL ARGUMENTS`` would."""
    from paths import TOOLS
    from tool_process import Done

    def run(tool, *arguments):
        script = str(TOOLS / tool)
        if '--cfg-options' in arguments:
            # mmengine keeps a logger a run, by a name that is else the same within one second.
            arguments = (*arguments, f'experiment_name=run_{next(RUNS)}')
        monkeypatch.setattr(sys, 'argv', [script, *map(str, arguments)])
        monkeypatch.setenv('LOCAL_RANK', '0')
        monkeypatch.setenv('OMP_NUM_THREADS', '1')
        # Loggers of former runs write to streams that pytest has closed.
        MMLogger._instance_dict.clear()
        capsys.readouterr()
        code = 0
        try:
            runpy.run_path(script, run_name='__main__')
        except SystemExit as end:
            code = end.code or 0
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture(scope='session')
def media_folder(tmp_path_factory) -> Path:
    """A folder for media files that several tests share and none changes."""
    return tmp_path_factory.mktemp('media')

"""Puts this folder on the path, so that every test can import ``media_factory``."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

sys.path.insert(0, str(Path(__file__).parent))
# Modules that only scripts of tools/analysis_tools use.
sys.path.insert(1, str(Path(__file__).parents[1] / 'tools/analysis_tools'))


@pytest.fixture(autouse=True)
def mmaction_scope():
    """As every config of ours does; a test that ran a Runner may have left another scope."""
    init_default_scope('mmaction')


@pytest.fixture(autouse=True)
def fixed_draws():
    """Weights and draws are the same in every run, whichever tests ran before."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture
def here(monkeypatch, capsys):
    """Runs a tool in this process: ``here(tool, *arguments)``."""
    from tool_process import run_here

    return lambda *arguments: run_here(monkeypatch, capsys, *arguments)


@pytest.fixture(scope='session')
def media_folder(tmp_path_factory) -> Path:
    """A folder for media files that several tests share and none changes."""
    return tmp_path_factory.mktemp('media')

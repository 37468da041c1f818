"""Where processes are joined by gloo, and where nothing is touched."""

import pytest
import torch
import torch.distributed as dist
from mmengine.config import Config

from mmav_coattn.engine.cpu_processes import prepare_processes
from mmav_coattn.errors import ConfigError


@pytest.fixture
def joined(monkeypatch):
    """The backends that processes were joined by, on a machine without a GPU."""
    backends = []
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    monkeypatch.setattr(dist, 'is_initialized', lambda: False)
    monkeypatch.setattr(dist, 'init_process_group', backends.append)
    return backends


def test_the_wrapper_gets_no_device(joined):
    cfg = Config(dict(launcher='pytorch', find_unused_parameters=True))
    prepare_processes(cfg)
    assert joined == ['gloo']
    wrapper = cfg.model_wrapper_cfg
    assert wrapper.type == 'MMDistributedDataParallel' and wrapper.device_ids is None
    assert wrapper.find_unused_parameters


@pytest.mark.parametrize(
    ('cfg', 'sentence'),
    [
        (dict(launcher='pytorch', sync_bn='torch'), "sync_bn='torch' needs GPUs"),
        (dict(launcher='slurm'), '--launcher slurm needs GPUs'),
    ],
)
def test_what_needs_gpus(joined, cfg, sentence):
    with pytest.raises(ConfigError, match=sentence):
        prepare_processes(Config(cfg))
    assert joined == []


def test_a_wrapper_of_ones_own_is_kept(joined):
    cfg = Config(dict(launcher='pytorch', model_wrapper_cfg=dict(type='MyWrapper')))
    prepare_processes(cfg)
    assert cfg.model_wrapper_cfg == dict(type='MyWrapper')


def test_one_process_or_a_gpu_changes_nothing(joined, monkeypatch):
    cfg = Config(dict(sync_bn='torch'))
    prepare_processes(cfg)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    several = Config(dict(launcher='slurm', sync_bn='torch'))
    prepare_processes(several)
    assert joined == [] and cfg.sync_bn == several.sync_bn == 'torch'
    assert 'model_wrapper_cfg' not in cfg and 'model_wrapper_cfg' not in several

import pytest
import torch
import torch.distributed as dist
from mmengine.config import Config

from mmav_coattn.engine.cpu_processes import prepare_processes
from mmav_coattn.errors import ConfigError


@pytest.fixture
def prepare(monkeypatch):
    """Gives a prepared config and the backends that processes were joined by."""

    def run(gpu=False, **cfg):
        cfg, backends = Config(cfg), []
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: gpu)
        monkeypatch.setattr(dist, 'is_initialized', lambda: False)
        monkeypatch.setattr(dist, 'init_process_group', backends.append)
        prepare_processes(cfg)
        return cfg, backends

    return run


def test_the_wrapper_gets_no_device_and_one_of_ones_own_is_kept(prepare):
    cfg, joined = prepare(launcher='pytorch', find_unused_parameters=True)
    assert joined == ['gloo']
    wrapper = cfg.model_wrapper_cfg
    assert wrapper.type == 'MMDistributedDataParallel' and wrapper.device_ids is None
    assert wrapper.find_unused_parameters
    cfg, _ = prepare(launcher='pytorch', model_wrapper_cfg=dict(type='MyWrapper'))
    assert cfg.model_wrapper_cfg == dict(type='MyWrapper')


@pytest.mark.parametrize(
    ('cfg', 'sentence'),
    [
        (dict(launcher='pytorch', sync_bn='torch'), "sync_bn='torch' needs GPUs"),
        (dict(launcher='slurm'), '--launcher slurm needs GPUs'),
    ],
)
def test_what_needs_gpus(prepare, cfg, sentence):
    with pytest.raises(ConfigError, match=sentence):
        prepare(**cfg)


def test_one_process_or_a_gpu_changes_nothing(prepare):
    for settings in (dict(sync_bn='torch'), dict(gpu=True, launcher='slurm', sync_bn='torch')):
        cfg, joined = prepare(**settings)
        assert joined == [] and cfg.sync_bn == 'torch' and 'model_wrapper_cfg' not in cfg

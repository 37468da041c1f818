"""Baselines share towers, data and schedule with the network that they are compared with."""

import pytest
from mmaction.registry import HOOKS, MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from paths import CONFIGS

import mmav_coattn  # noqa: F401
from mmav_coattn.apis.tool_runner import iter_datasets, load_config

BASELINES = sorted((CONFIGS / 'baselines').glob('*.py'))
METHODS = ('maxpool', 'avgpool', 'concat', 'contrastive', 'fused')


@pytest.fixture(autouse=True)
def scope(monkeypatch):
    monkeypatch.delenv('MMAV_DATA_ROOT', raising=False)
    init_default_scope('mmaction')


def read(name):
    return Config.fromfile(CONFIGS / 'baselines' / f'{name}.py')


def parameters(cfg):
    return sum(p.numel() for p in MODELS.build(cfg.model).parameters())


@pytest.mark.parametrize('method', METHODS)
@pytest.mark.parametrize('size', ['demo', 'pretrain'])
def test_same_data_schedule_and_towers(method, size):
    ours = Config.fromfile(CONFIGS / f'coattn_pretrain{"_demo" if size == "demo" else ""}.py')
    cfg = read(f'{method}_{size}')
    for name in ('train_dataloader', 'test_dataloader', 'optim_wrapper', 'param_scheduler'):
        assert cfg[name] == ours[name]
    assert cfg.train_cfg == ours.train_cfg
    assert cfg.model.test_cfg.blind_controls
    if method != 'fused':
        assert cfg.model.backbone == ours.model.backbone
        assert parameters(cfg) < parameters(ours)


@pytest.mark.parametrize('method', ['coattn', *METHODS])
def test_hard_tier_everywhere(method):
    cfg = read(f'{method}_hard')
    assert [dataset.tier for dataset in iter_datasets(cfg)] == ['hard'] * 3


def test_ours_is_smaller_than_early_fusion():
    fused = parameters(read('fused_pretrain'))
    assert fused == pytest.approx(36.0e6, rel=0.01)
    assert parameters(Config.fromfile(CONFIGS / 'coattn_pretrain.py')) <= 0.7 * fused


@pytest.mark.parametrize('path', BASELINES, ids=lambda path: path.stem)
def test_hooks_build_and_the_data_root_reaches_all(path):
    cfg = load_config(str(path), {'data_root': '/my videos'})
    assert [dataset.data_root for dataset in iter_datasets(cfg)] == ['/my videos'] * 3
    for hook in cfg.custom_hooks:
        HOOKS.build(hook)

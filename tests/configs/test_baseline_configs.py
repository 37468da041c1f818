"""Baselines share towers, data and schedule with the network that they are compared with."""

import pytest
import torch
from mmaction.registry import HOOKS, MODELS
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from paths import CONFIGS

import mmav_coattn  # noqa: F401
from mmav_coattn.config import iter_datasets, load_config

BASELINES = sorted((CONFIGS / 'baselines').glob('*.py'))
METHODS = ('maxpool', 'avgpool', 'concat', 'contrastive', 'fused')


#: What each option of ours changes of the model, and nothing else.
OPTIONS = dict(
    aga=dict(neck=dict(module='AGA')),
    vga=dict(neck=dict(module='VGA')),
    nosa=dict(neck=dict(self_attention=False)),
    aga_nosa=dict(neck=dict(module='AGA', self_attention=False)),
    vga_nosa=dict(neck=dict(module='VGA', self_attention=False)),
    depth2=dict(neck=dict(depth=2)),
    depth3=dict(neck=dict(depth=3)),
    heads1=dict(neck=dict(num_heads=1)),
    heads8=dict(neck=dict(num_heads=8)),
    clip=dict(neck=dict(scope='clip')),
    clip_table=dict(neck=dict(scope='clip', time_bias='table')),
    clip_unbiased=dict(neck=dict(scope='clip', time_bias=False)),
    place=dict(neck=dict(scope='place')),
    place_contrast=dict(
        neck=dict(scope='place'), cls_head=dict(time_contrast=dict(scope='place'))
    ),
    evidence=dict(cls_head=dict(place_evidence=True)),
    place_evidence=dict(neck=dict(scope='place'), cls_head=dict(place_evidence=True)),
    place_evidence_contrast=dict(
        neck=dict(scope='place'),
        cls_head=dict(place_evidence=True, time_contrast=dict(scope='place')),
    ),
    sharp=dict(neck=dict(temperature=0.5)),
    temperature=dict(neck=dict(learn_temperature=True)),
    sigmoid=dict(neck=dict(activation='sigmoid')),
    channel=dict(neck=dict(channel_attention=True)),
    timebias=dict(neck=dict(time_bias='table', self_attention_bias='table')),
    multiscale=dict(
        backbone=dict(visual=dict(out_indices=(0, 2)), multi_scale=True),
        neck=dict(in_channels=((16, 64), 64)),
    ),
    groupnorm=dict(
        backbone=dict(
            visual=dict(norm_cfg=dict(type='GN', num_groups=8), zero_init_residual=False),
            audio=dict(norm_cfg=dict(type='GN', num_groups=8)),
        ),
        neck=dict(norm='group'),
        cls_head=dict(norm='group'),
    ),
    easy=dict(train_cfg=dict(negatives='other')),
    ranking=dict(cls_head=dict(ranking_weight=0.5)),
    nocontrast=dict(cls_head=dict(time_contrast=None)),
    # These change the data or the hooks.
    k1={},
    k7={},
    ema={},
    schedule={},
)


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


@pytest.mark.parametrize('option', OPTIONS)
def test_option_changes_what_it_says_and_builds(option):
    ours, cfg = read('coattn_hard'), read(f'coattn_{option}_hard')
    assert cfg.model == Config._merge_a_into_b(ConfigDict(OPTIONS[option]), ours.model)
    windows = ours.train_dataloader.dataset.pipeline[1]
    assert windows.type == 'SampleSyncWindows' and windows.num_negatives == 3
    windows.num_negatives = dict(k1=1, k7=7).get(option, 3)
    if option == 'k7':
        windows.min_shift = 0.3
    for name in ('train_dataloader', 'test_dataloader', 'optim_wrapper', 'train_cfg'):
        assert cfg[name] == ours[name]
    added = [hook['type'] for hook in cfg.custom_hooks[len(ours.custom_hooks) :]]
    assert added == dict(ema=['EMAHook'], schedule=['NegativesScheduleHook']).get(option, [])
    MODELS.build(cfg.model)


@pytest.mark.parametrize('option', ['multiscale', 'groupnorm'])
def test_options_of_the_towers_train(option):
    torch.manual_seed(0)
    model = MODELS.build(read(f'coattn_{option}_hard').model)
    model.init_weights()
    model.train()
    inputs = dict(
        imgs=torch.randn(2, 3, 14, 32, 32), log_mels=torch.randn(2, 2, 64, 71), clip_seconds=0.7
    )
    features, _ = model.extract_feat(inputs)
    labels = torch.tensor([[1.0, 0.0]]).expand(2, 2)
    losses = model.cls_head.loss_by_logits(model.cls_head(features), labels)
    (losses['loss_sync'] + model.cls_head.contrast_loss(features, labels)).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []
    norms = {type(layer).__name__ for layer in model.modules() if 'Norm' in type(layer).__name__}
    if option == 'groupnorm':
        assert norms == {'GroupNorm', 'LayerNorm', 'TokenGroupNorm'}


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

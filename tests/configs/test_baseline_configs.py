import pytest
import torch
import yaml
from mmaction.registry import MODELS
from paths import CONFIGS
from recipes import read

from mmav_coattn.config import DATALOADERS, load_config

NETWORKS = {
    'baselines/maxpool': ('PoolingNeck', 'StreamHead'),
    'baselines/avgpool': ('PoolingNeck', 'StreamHead'),
    'baselines/concat': ('PoolingNeck', 'ConcatHead'),
    'baselines/contrastive': ('PoolingNeck', 'ContrastiveHead'),
    'baselines/fused': ('NoneType', 'FusedHead'),
    'paper/coattn_aga': ('DotProductNeck', 'StreamHead'),
    'paper/coattn_vga': ('DotProductNeck', 'StreamHead'),
    'paper/coattn_cma': ('DotProductNeck', 'StreamHead'),
}


def test_no_recipe_is_left_out():
    there = [*CONFIGS.glob('baselines/*.py'), *CONFIGS.glob('paper/*.py')]
    names = {f'{path.parent.name}/{path.stem.removesuffix("_shapes")}' for path in there}
    assert names == set(NETWORKS)


@pytest.mark.parametrize('name', NETWORKS)
def test_network_and_its_training(name):
    cfg, default = read(CONFIGS / f'{name}_shapes.py'), read(CONFIGS / 'coattn_pretrain_demo.py')
    others = ('train_cfg', 'optim_wrapper', 'param_scheduler', 'custom_hooks', 'test_evaluator')
    for part in (*DATALOADERS, *others):
        assert cfg[part] == default[part]
    assert cfg.model.data_preprocessor == default.model.data_preprocessor
    assert cfg.model.test_cfg == default.model.test_cfg
    assert name.endswith('fused') or cfg.model.backbone == default.model.backbone
    model = MODELS.build(cfg.model)
    neck = getattr(model, 'neck', None)
    assert (type(neck).__name__, type(model.cls_head).__name__) == NETWORKS[name]
    if name.startswith('paper'):
        (block,) = neck.blocks
        assert (block.aga is None) == name.endswith('vga')
        assert (block.vga is None) == name.endswith('aga')
    # The auxiliary loss is everybody's, but for the network without streams of its own.
    assert (model.cls_head.loss_contrast is None) == name.endswith('fused')
    model.eval()
    frames, audio = torch.zeros(1, 3, 32, 56, 56, dtype=torch.uint8), torch.randn(1, 64000)
    starts = torch.tensor([[0.0, 1.1]])
    inputs = model.data_preprocessor.preprocess(frames, audio, starts, cfg.clip_seconds)
    with torch.no_grad():
        assert model(inputs, mode='tensor').shape == (1, 2)


def test_variants_build_and_change_what_they_say():
    folder = CONFIGS / 'baselines'
    variants = yaml.safe_load((folder / 'variants.yml').read_text())
    named = {(folder / variant['config']).resolve() for variant in variants.values()}
    assert named >= {(CONFIGS / f'{name}_shapes.py').resolve() for name in NETWORKS}
    for variant in [each for each in variants.values() if 'options' in each]:
        options = variant['options']
        model = MODELS.build(load_config(str(folder / variant['config']), options).model)
        if 'model.neck.match.kernel_size' in options:
            size = options['model.neck.match.kernel_size']
            assert model.neck.match.visual[0].kernel_size == (size,)
        elif 'model.neck.module' in options:
            assert model.neck.match.pools_locations == (options['model.neck.module'] == 'VGA')
        else:
            assert options.keys() == {'model.cls_head.loss_contrast'}
            assert model.cls_head.loss_contrast is None

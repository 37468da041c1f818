import json
from functools import partial

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from paths import CONFIGS

from mmav_coattn.sounding_shapes import make_split

CLIPS = 3
FLOORS = ('centre_disc', 'whole_image', 'motion_energy')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Few clips of two tiers."""
    root = tmp_path_factory.mktemp('localization')
    for tier in ('medium', 'multi'):
        make_split(root, tier, 'test', CLIPS, num_workers=0)
    return root


def run_recipe(here, folder, recipe, work_dir, *options, arguments=()):
    """Figures of a network with random weights."""
    config, checkpoint = CONFIGS / f'localization/{recipe}.py', folder / f'{recipe}.pth'
    if not checkpoint.is_file():
        init_default_scope('mmaction')
        model = MODELS.build(Config.fromfile(config).model)
        torch.save(dict(state_dict=model.state_dict()), checkpoint)
    loader = [f'dataset.num_clips={CLIPS}', 'num_workers=0', 'persistent_workers=False']
    loader = [f'test_dataloader.{option}' for option in loader]
    done = here(
        *('test.py', config, checkpoint, '--work-dir', work_dir, *arguments),
        *('--cfg-options', f'data_root={folder}', *loader, *options),
    )
    assert done.code == 0, done.err
    (path,) = work_dir.glob('*/*.json')
    return json.loads(path.read_text())


@pytest.mark.slow
def test_silent_clips_pictures_and_batch_size(folder, tmp_path, here):
    run = partial(run_recipe, here, folder, 'sounding_shapes_negative')
    show = ('--show-dir', tmp_path / 'pictures')
    figures = run(tmp_path / 'a', 'test_dataloader.batch_size=3', arguments=show)
    assert figures['localization/num_clips'] == CLIPS
    assert figures['localization/num_silent'] == 3 * CLIPS
    assert {f'localization/max_f1_{floor}' for floor in FLOORS} < figures.keys()
    for kind in ('silence', 'noise', 'off_screen'):
        assert 0 <= figures[f'localization/pia_{kind}'] <= 1
        assert figures[f'localization/pia_{kind}_whole_image'] == 1
    # A clip and its negatives have one name; the picture ends in the kind.
    assert len(list((tmp_path / 'pictures').iterdir())) == 4 * CLIPS
    alone = run(tmp_path / 'b', 'test_dataloader.batch_size=1')
    for name, value in figures.items():
        if name.startswith('localization/'):
            # Random weights: locations differ by 0.01 nats, neighbouring pixels by the rounding of
            # a batch (1e-7), so one may lie on the other side of a map's threshold, and with it a
            # clip on the other side of one of the steps of a success curve.
            assert alone[name] == pytest.approx(value, abs=5e-3), name


@pytest.mark.slow
@pytest.mark.parametrize('options', [(), ('model.test_cfg.map_refiner=None',)])
def test_two_sources(folder, tmp_path, here, options):
    figures = run_recipe(here, folder, 'sounding_shapes_multi', tmp_path, *options)
    for row in ('', '_model_split', '_motion_energy_split', *(f'_{floor}' for floor in FLOORS)):
        assert 0 <= figures[f'localization/adaptive_iiou50{row}'] <= 1

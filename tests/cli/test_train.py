"""Train, stop, resume and test on real files, by our tools and by mmaction2's own."""

import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from paths import CONFIGS
from tool_process import STOCK_TOOLS, run_process

from mmav_coattn.sounding_shapes import make_split

CLIPS = dict(train=8, val=2, test=6)
BATCH = 4
STEPS = CLIPS['train'] // BATCH  # of an epoch

#: The demo recipe with few clips and no loader workers, which take long to start.
TINY = f"""
_base_ = {str(CONFIGS / 'coattn_pretrain_demo.py')!r}
loader = dict(batch_size={BATCH}, num_workers=0, persistent_workers=False)
train_dataloader = dict(dataset=dict(num_clips={CLIPS['train']}), **loader)
val_dataloader = dict(dataset=dict(num_clips={CLIPS['val']}), **loader)
test_dataloader = dict(dataset=dict(num_clips={CLIPS['test']}), **loader)
default_hooks = dict(logger=dict(interval=1))
"""


@pytest.fixture(scope='module')
def shapes(tmp_path_factory):
    root = tmp_path_factory.mktemp('train_test') / 'shapes'
    for split, count in CLIPS.items():
        make_split(root, 'medium', split, count, num_workers=0)
    return root


@pytest.fixture(scope='module')
def tiny(shapes):
    path = shapes.parent / 'tiny.py'
    path.write_text(TINY)
    return path


def scalars(work_dir: Path) -> list[list[dict]]:
    """The training log of each run, in order."""
    runs = []
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        runs.append([line for line in lines if 'loss_sync' in line])
    return runs


def metrics(work_dir: Path) -> dict:
    """The figures of the last test."""
    path = sorted(work_dir.glob('*/*.json'))[-1]
    return json.loads(path.read_text())


def check_training(work_dir: Path):
    """One epoch, then another: the log and the state go on where they stopped."""
    first, second = scalars(work_dir)
    assert [(line['epoch'], line['step']) for line in first] == [(1, 1), (1, 2)]
    assert [(line['epoch'], line['step']) for line in second] == [(2, 3), (2, 4)]
    losses = [line['loss_sync'] for line in first + second]
    assert np.isfinite(losses).all() and len(set(losses)) == 2 * STEPS
    # The schedule warms up over more than both epochs: it goes on from where it was. That of the
    # first run ends with its one epoch, and so lies below.
    rates = np.array([line['lr'] for line in first + second])
    assert rates[0] > 0 and (np.diff(rates) > 0).all() and rates[2] > 1.5 * rates[0]
    assert Path((work_dir / 'last_checkpoint').read_text()).name == 'epoch_2.pth'
    state = torch.load(work_dir / 'epoch_2.pth', map_location='cpu', weights_only=True)
    assert (state['meta']['epoch'], state['meta']['iter']) == (2, 2 * STEPS)
    # The optimiser has counted all steps, so its state was not begun anew.
    steps = {int(each['step']) for each in state['optimizer']['state'].values()}
    assert steps == {2 * STEPS}


def check_metrics(figures: dict):
    assert figures['sync/num_clips'] == CLIPS['test']
    assert figures['sync/num_pairs'] == CLIPS['test'] and figures['sync/left_out'] == 0
    for name in ('accuracy', 'accuracy_video_blank', 'accuracy_audio_blank', 'auroc'):
        assert 0 <= figures[f'sync/{name}'] <= 1
    assert 0 <= figures['sync/auroc_audio_blank'] <= 1


def test_our_tools(tiny, shapes, here):
    work_dir = shapes.parent / 'ours'
    options = ('--work-dir', work_dir, '--cfg-options', f'data_root={shapes}')
    done = here('train.py', tiny, '--seed', 3, *options, 'train_cfg.max_epochs=1')
    assert done.code == 0, done.err
    assert (work_dir / 'epoch_1.pth').is_file() and not (work_dir / 'epoch_2.pth').exists()
    done = here('train.py', tiny, '--resume', *options, 'train_cfg.max_epochs=2')
    assert done.code == 0, done.err
    check_training(work_dir)

    tested, dump, pictures = (shapes.parent / f'ours_{name}' for name in ('test', 'dump', 'show'))
    done = here(
        *('test.py', tiny, work_dir / 'epoch_2.pth'),
        *('--dump', dump.with_suffix('.pkl'), '--show-dir', pictures, '--work-dir', tested),
        *('--cfg-options', f'data_root={shapes}'),
    )
    assert done.code == 0, done.err
    figures = metrics(tested)
    check_metrics(figures)
    # The figures are those of the dumped scores.
    with dump.with_suffix('.pkl').open('rb') as file:
        samples = pickle.load(file)
    assert len(samples) == CLIPS['test']
    for control in ('', '_video_blank', '_audio_blank'):
        scores = torch.stack([sample[f'sync_scores{control}'] for sample in samples])
        correct = (scores > 0) == torch.tensor([True, False])
        assert figures[f'sync/accuracy{control}'] == pytest.approx(correct.float().mean().item())
    assert all(abs(sample['shift'][1]) >= 0.4 - 1e-6 for sample in samples)
    names = sorted(path.name for path in pictures.iterdir())
    assert names == [f'medium__test__{i:06d}.mp4.jpg' for i in range(CLIPS['test'])]
    assert cv2.imread(str(pictures / names[0])).std() > 10


@pytest.mark.slow
def test_stock_scripts(tiny, shapes, here):
    work_dir = shapes.parent / 'stock'
    where = dict(MMAV_DATA_ROOT=str(shapes))
    for options in (['train_cfg.max_epochs=1'], ['train_cfg.max_epochs=2']):
        resume = ['--resume'] if work_dir.exists() else []
        done = run_process(
            STOCK_TOOLS / 'train.py',
            *(tiny, '--work-dir', work_dir, *resume, '--cfg-options', *options),
            **where,
        )
        assert done.code == 0, done.err
    check_training(work_dir)

    pictures, tested = shapes.parent / 'stock_show', shapes.parent / 'stock_test'
    checkpoint = work_dir / 'epoch_2.pth'
    done = run_process(
        STOCK_TOOLS / 'test.py',
        *(tiny, checkpoint, '--work-dir', tested, '--show-dir', pictures, '--interval', 2),
        **where,
    )
    assert done.code == 0, done.err
    figures = metrics(tested)
    check_metrics(figures)
    assert len(list(pictures.iterdir())) == CLIPS['test'] / 2
    # Our tool says the same of the same checkpoint, to the last digit.
    ours = shapes.parent / 'stock_test_by_ours'
    done = here(
        *('test.py', tiny, checkpoint, '--work-dir', ours),
        *('--cfg-options', f'data_root={shapes}'),
    )
    assert done.code == 0, done.err
    timing = {'data_time', 'time'}
    same = {name: value for name, value in figures.items() if name not in timing}
    assert {name: value for name, value in metrics(ours).items() if name not in timing} == same


def test_folder_recipe_trains_on_a_plain_folder(folder_config, videos, tmp_path, here):
    done = here(
        *('train.py', folder_config, '--work-dir', tmp_path / 'run'),
        *('--cfg-options', f'data_root={videos}', 'train_cfg.max_epochs=1'),
    )
    assert done.code == 0, done.err
    ((line,),) = scalars(tmp_path / 'run')
    assert line['epoch'] == 1 and 0.3 < line['loss_sync'] < 1.5
    assert 'sync: 1 clips, 1 pairs' in done.out  # the one that is held out

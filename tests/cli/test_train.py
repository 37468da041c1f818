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


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / 'tiny.py').write_text(TINY)
    return tmp_path / 'tiny.py'


def scalars(work_dir: Path) -> list[list[dict]]:
    """The training log of each run, in order."""
    return [
        [json.loads(line) for line in path.read_text().splitlines() if 'loss_sync' in line]
        for path in sorted(work_dir.glob('*/vis_data/scalars.json'))
    ]


def metrics(work_dir: Path) -> dict:
    """The figures of the last test."""
    return json.loads(sorted(work_dir.glob('*/*.json'))[-1].read_text())


def check_training(work_dir: Path):
    """One epoch, then another: the log goes on where it stopped."""
    first, second = scalars(work_dir)
    assert [(line['epoch'], line['step']) for line in first] == [(1, 1), (1, 2)]
    assert [(line['epoch'], line['step']) for line in second] == [(2, 3), (2, 4)]
    losses = [line['loss_sync'] for line in first + second]
    assert np.isfinite(losses).all() and len(set(losses)) == 2 * STEPS
    # The schedule warms up over more than both epochs: it goes on from where it was. That of the
    # first run ends with its one epoch, and so lies below.
    rates = np.array([line['lr'] for line in first + second])
    assert rates[0] > 0 and (np.diff(rates) > 0).all() and rates[2] > 1.5 * rates[0]


def train_and_test(run, folder, shapes, *flags) -> dict:
    """One epoch, another, and an evaluation by a tool: its figures."""
    root = f'data_root={shapes}'
    for epochs, resume in ((1, ()), (2, ('--resume',))):
        options = ('--cfg-options', root, f'train_cfg.max_epochs={epochs}')
        done = run('train.py', '--work-dir', folder / 'run', *resume, *options)
        assert done.code == 0, done.err
        assert (folder / 'run/epoch_2.pth').is_file() == (epochs == 2)
    check_training(folder / 'run')
    options = ('--work-dir', folder / 'test', '--show-dir', folder / 'show', '--cfg-options', root)
    done = run('test.py', folder / 'run/epoch_2.pth', *flags, *options)
    assert done.code == 0, done.err
    figures = metrics(folder / 'test')
    assert figures['sync/num_clips'] == figures['sync/num_pairs'] == CLIPS['test']
    assert figures['sync/left_out'] == 0
    assert 0 <= figures['sync/auroc'] <= 1 and 0 <= figures['sync/auroc_audio_blank'] <= 1
    return figures


def test_our_tools(tiny, shapes, here, tmp_path):
    dump = tmp_path / 'dump.pkl'
    run = lambda tool, *arguments: here(tool, tiny, '--seed', 3, *arguments)  # noqa: E731
    figures = train_and_test(run, tmp_path, shapes, '--dump', dump)
    # The figures are those of the dumped scores.
    samples = pickle.loads(dump.read_bytes())
    assert len(samples) == CLIPS['test']
    for control in ('', '_video_blank', '_audio_blank'):
        scores = torch.stack([sample[f'sync_scores{control}'] for sample in samples])
        correct = (scores > 0) == torch.tensor([True, False])
        assert figures[f'sync/accuracy{control}'] == pytest.approx(correct.float().mean().item())
    assert all(abs(sample['shift'][1]) >= 0.4 - 1e-6 for sample in samples)
    pictures = sorted((tmp_path / 'show').iterdir())
    names = [f'medium__test__{i:06d}.mp4.jpg' for i in range(CLIPS['test'])]
    assert [path.name for path in pictures] == names and cv2.imread(str(pictures[0])).std() > 10


@pytest.mark.slow
def test_stock_scripts(tiny, shapes, here, tmp_path):
    where = dict(MMAV_DATA_ROOT=str(shapes))
    figures = train_and_test(
        lambda tool, *arguments: run_process(STOCK_TOOLS / tool, tiny, *arguments, **where),
        *(tmp_path, shapes, '--interval', 2),
    )
    assert len(list((tmp_path / 'show').iterdir())) == CLIPS['test'] / 2
    # Our tool says the same of the same checkpoint, to the last digit.
    done = here(
        *('test.py', tiny, tmp_path / 'run/epoch_2.pth', '--work-dir', tmp_path / 'ours'),
        *('--cfg-options', f'data_root={shapes}'),
    )
    assert done.code == 0, done.err
    ours = metrics(tmp_path / 'ours')
    timing = {'data_time', 'time'}
    assert {k: v for k, v in ours.items() if k not in timing} == {
        k: v for k, v in figures.items() if k not in timing
    }


def test_folder_recipe_trains_on_a_plain_folder(folder_config, videos, tmp_path, here):
    done = here(
        *('train.py', folder_config, '--work-dir', tmp_path / 'run'),
        *('--cfg-options', f'data_root={videos}', 'train_cfg.max_epochs=1'),
    )
    assert done.code == 0, done.err
    ((line,),) = scalars(tmp_path / 'run')
    assert line['epoch'] == 1 and 0.3 < line['loss_sync'] < 1.5
    assert 'sync/num_clips: 1.0000  sync/num_pairs: 1.0000' in done.out  # the one held out

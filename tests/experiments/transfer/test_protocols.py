import json

import pytest
import torch
from media_factory import write_clip
from mmengine.runner.checkpoint import save_checkpoint
from models.tiny import VISUAL, recognizer
from paths import CONFIGS
from recognition_miniature import make_hmdb51, make_ucf101

from mmav_coattn.experiments.transfer import convert_tower
from mmav_coattn.preparation.recognition_splits import write_recognition_lists

SMALL = """
_base_ = {base!r}
model = dict(
    backbone=dict(_delete_=True, **{visual!r}),
    cls_head=dict(num_classes=2, in_channels=16, topk=(1, )))
pipeline = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=4, frame_interval=2, num_clips=1{test}),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(24, 24), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
loader = dict(batch_size=2, num_workers=0, persistent_workers=False)
train_dataloader = dict(dataset=dict(pipeline=pipeline), **loader)
val_dataloader = dict(dataset=dict(pipeline=pipeline), **loader)
test_dataloader = dict(dataset=dict(pipeline=pipeline), **loader)
test_pipeline = pipeline
train_cfg = dict(max_epochs=1, val_begin=1, val_interval=1)
param_scheduler = None
default_hooks = dict(checkpoint=dict(interval=1))
"""


@pytest.fixture(scope='module')
def tower(tmp_path_factory):
    folder = tmp_path_factory.mktemp('tower')
    torch.manual_seed(0)
    save_checkpoint(dict(state_dict=recognizer().state_dict()), str(folder / 'pretext.pth'))
    convert_tower(folder / 'pretext.pth', folder / 'tower.pth')
    return folder / 'tower.pth'


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Makes the data of a recipe, real videos and their lists, and a small copy of it."""

    def write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        flash = [0.05 * (len(list(tmp_path.rglob('*.avi'))) % 12)]
        write_clip(path, duration=0.6, audio=False, video_codec='mpeg4', events=flash)

    def make(recipe, test=''):
        path, base = tmp_path / f'{recipe}.py', str(CONFIGS / f'transfer/{recipe}.py')
        path.write_text(SMALL.format(base=base, visual=VISUAL, test=test))
        name = recipe.rpartition('_')[2]
        root = dict(ucf101=make_ucf101, hmdb51=make_hmdb51)[name](tmp_path / name, write)
        write_recognition_lists(name, root)
        monkeypatch.setenv('MMAV_DATA_ROOT', str(root))
        return path

    return make


@pytest.mark.slow
def test_all_three_splits_through_the_stock_script(here, small, tower, tmp_path):
    work = tmp_path / 'work'
    command = ['transfer/run.py', small('finetune_ucf101'), '--tower', tower, '--stock',
               '--seeds', 0, '--inits', 'pretrained', '--work-dir', work]  # fmt: skip
    done = here(*command)
    assert done.code == 0, done
    for split in ('split1', 'split2', 'split3'):
        folder = work / 'pretrained' / split / 'seed_0'
        log = (folder / 'train.log').read_text()
        assert f'ucf101_train_{split[:5]}_{split[5]}_videos.txt' in log
        assert f'{tower}: loaded in part: 2 entries of the network are absent' in log
        figures = json.loads((folder / 'figures.json').read_text())
        assert figures['num_labels'] == 4 and figures['num_test'] == 2
        assert figures['chance'] == 0.5 and figures['acc'] in (0, 0.5, 1)
    assert '| weights | seeds | split1 | split2 | split3 | mean |' in done.out
    # The same command again trains nothing.
    changed = {path: path.stat().st_mtime_ns for path in work.rglob('*.pth')}
    again = here(*command)
    said = [line for line in again.out.splitlines() if ' - mmengine - ' not in line]
    assert again.code == 0 and said[0].startswith('| weights')
    assert changed == {path: path.stat().st_mtime_ns for path in work.rglob('*.pth')}
    # Other settings in the same folder are refused.
    other = here(*command, '--cfg-options', 'optim_wrapper.optimizer.lr=0.5')
    assert 'holds a run of another config' in other.sentence()


@pytest.mark.parametrize('protocol', ['probe', 'retrieval'])
def test_frozen_towers(here, small, tower, tmp_path, protocol):
    config = small(f'{protocol}_hmdb51', test=', test_mode=True')
    splits = ['split1', 'split2'] if protocol == 'retrieval' else ['split1']
    options = ('--splits', *splits, '--cfg-options', 'transfer.features.deviation=True')
    done = here('transfer/run.py', config, '--tower', tower, '--seeds', 0,
                '--work-dir', tmp_path / 'work', *options)  # fmt: skip
    assert done.code == 0, done
    if protocol == 'retrieval':
        # Two queries, four in the gallery.
        assert '| weights | seeds | split1 R@1 | split2 R@1 | mean R@1 |' in done.out
    assert '| random | 0 |' in done.out and '| gain, points |' in done.out
    # One file of features for each tower serves both splits.
    assert len(list((tmp_path / 'features').glob('*.npz'))) == 2


def test_what_cannot_work_is_a_sentence(here, tower, tmp_path):
    command = ('transfer/run.py', CONFIGS / 'transfer/probe_ucf101.py', '--work-dir', tmp_path)
    assert 'Give the pretrained tower by --tower' in here(*command).sentence()
    done = here(*command, '--tower', tower / 'x')
    assert 'there is no such checkpoint file' in done.sentence()
    options = ('--seeds', 0, '--splits', 'split2', '--cfg-options', f'data_root={tmp_path}')
    done = here(*command, '--tower', tower, *options)
    assert f'{tmp_path}/ucf101_train_split_2_videos.txt: this list does not exist' in done.err

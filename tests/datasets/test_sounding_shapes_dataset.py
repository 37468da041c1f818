"""The set is made on first use, read like any other video, and carries its ground truth."""

import numpy as np
import pytest
from mmaction.registry import DATASETS
from pipelines import sync_pipeline

from mmav_coattn.datasets.sounding_shapes_dataset import DEFAULT_NUM_CLIPS, SoundingShapesDataset
from mmav_coattn.errors import ConfigError


def build(root, **kwargs):
    settings = dict(data_root=str(root), split='val', num_clips=dict(train=4, val=3, test=1))
    return SoundingShapesDataset(**settings | kwargs)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('shapes')
    build(root)
    return root


def test_makes_only_its_split(root):
    names = {path.name for path in (root / 'medium').iterdir()}
    assert names == {'val', 'val.json', 'spec.json', 'labels.txt', '.lock'}
    assert len(list((root / 'medium/val').iterdir())) == 3


def test_data_info(root):
    dataset = build(root)
    assert len(dataset) == 3 and dataset.metainfo['classes'][1] == 'strike'
    info = dataset.get_data_info(1)
    assert info['filename'] == str(root / 'medium/val/000001.mp4')
    assert info['relpath'] == 'medium/val/000001.mp4'
    assert (info['label'], info['sample_idx'], info['tier']) == (1, 1, 'medium')
    assert info['classes'] == ['strike'] and info['fps'] == 20 and info['num_frames'] == 80
    sounding = [item['sounding'] for item in info['objects']]
    assert sounding[0] and sum(sounding) == 1 and len(sounding) in (2, 3)
    boxes = info['objects'][0]['boxes']
    assert boxes.shape == (80, 4) and boxes.dtype == np.float32
    assert len(info['objects'][0]['events']) >= 3


def test_builds_from_the_registry_with_fewer_clips(root):
    config = dict(type='SoundingShapesDataset', data_root=str(root), split='val', num_clips=2)
    dataset = DATASETS.build(dict(config, indices=1))
    assert isinstance(dataset, SoundingShapesDataset) and len(dataset) == 1
    assert len(DATASETS.build(config)) == 2
    assert DEFAULT_NUM_CLIPS == dict(train=1200, val=300, test=300)


def test_samples_are_packed_in_sync(root):
    windows = dict(clip_seconds=1.6, num_negatives=1, min_shift=0.4, grid=0.04)
    pipeline = sync_pipeline(32, 56, **windows)
    sample = build(root, pipeline=pipeline)[0]
    assert sample['inputs']['imgs'].shape == (1, 3, 32, 56, 56)
    assert sample['inputs']['audio'].shape == (38400,)
    assert sample['inputs']['audio_starts'].shape == (2,)
    assert sample['data_samples'].gt_label.tolist() == [0]


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(tier='mild'), "tier='mild' is unknown"),
        (dict(split='dev'), "split='dev' is unknown"),
        (dict(num_clips=dict(train=3)), "has no entry for 'val'"),
        (dict(num_clips=0), 'num_clips=0 must be a whole number of at least 1'),
        (dict(seed=5), 'seed=0, but seed=5 is asked for'),
    ],
)
def test_bad_settings(root, settings, message):
    with pytest.raises(ConfigError, match=message):
        build(root, **settings)

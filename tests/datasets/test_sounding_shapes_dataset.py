"""The set is made on first use, read like any other video, and carries its ground truth."""

import numpy as np
import pytest
from pipelines import sync_pipeline

from mmav_coattn.datasets.sounding_shapes_dataset import DEFAULT_NUM_CLIPS, SoundingShapesDataset
from mmav_coattn.errors import ConfigError


def build(root, **kwargs):
    return SoundingShapesDataset(**dict(data_root=str(root), split='val', num_clips=3) | kwargs)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('shapes')
    build(root)
    return root


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
    # Only its split was made.
    names = {path.name for path in (root / 'medium').iterdir()}
    assert names == {'val', 'val.json', 'spec.json', 'labels.txt', '.lock'}
    assert len(list((root / 'medium/val').iterdir())) == 3
    assert len(build(root, num_clips=2)) == 2 and len(build(root, indices=1)) == 1
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
        (dict(num_clips=-1), 'The number of clips=-1 must be a whole number of at least 0'),
        (dict(seed=5), 'seed=0, but seed=5 is asked for'),
    ],
)
def test_bad_settings(root, settings, message):
    with pytest.raises(ConfigError, match=message):
        build(root, **settings)

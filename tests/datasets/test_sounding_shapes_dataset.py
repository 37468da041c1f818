import numpy as np
import pytest

from mmav_coattn.datasets.sounding_shapes_dataset import DEFAULT_NUM_CLIPS, SoundingShapesDataset
from mmav_coattn.errors import ConfigError


@pytest.fixture(scope='module')
def build(tmp_path_factory):
    """Builds the set with settings, in a folder that holds three clips of it."""
    root = str(tmp_path_factory.mktemp('shapes'))

    def build(**settings):
        return SoundingShapesDataset(**dict(data_root=root, split='val', num_clips=3) | settings)

    build()
    return build


def test_data_info(build):
    dataset = build()
    assert len(dataset) == 3 and dataset.metainfo['classes'][1] == 'strike'
    info = dataset.get_data_info(1)
    assert info['filename'] == f'{dataset.data_root}/{info["relpath"]}'
    assert info['relpath'] == 'medium/val/000001.mp4'
    assert (info['label'], info['sample_idx'], info['tier']) == (1, 1, 'medium')
    assert info['classes'] == ['strike'] and info['fps'] == 20 and info['num_frames'] == 80
    sounding = [item['sounding'] for item in info['objects']]
    assert sounding[0] and sum(sounding) == 1 and len(sounding) in (2, 3)
    boxes = info['objects'][0]['boxes']
    assert boxes.shape == (80, 4) and boxes.dtype == np.float32
    assert len(info['objects'][0]['events']) >= 3
    assert len(build(num_clips=2)) == 2 and len(build(indices=1)) == 1
    assert DEFAULT_NUM_CLIPS == dict(train=1200, val=300, test=300)
    for settings, message in (
        (dict(tier='mild'), "tier='mild' is unknown"),
        (dict(split='dev'), "split='dev' is unknown"),
        (dict(num_clips=-1), 'The number of clips=-1 must be a whole number of at least 0'),
        (dict(seed=5), 'seed=0, but seed=5 is asked for'),
    ):
        with pytest.raises(ConfigError, match=message):
            build(**settings)

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import save_checkpoint
from models.tiny import VISUAL, recognizer

from mmav_coattn.errors import CheckpointError
from mmav_coattn.experiments.transfer.frozen_features import (
    build_frozen,
    dataset_features,
    feature_key,
)
from mmav_coattn.models.heads.segment_head import segment_features


def config(load_from=None, **backbone):
    model = dict(
        type='Recognizer3D',
        backbone=dict(VISUAL, **backbone),
        cls_head=dict(type='I3DHead', num_classes=2, in_channels=16),
        data_preprocessor=dict(type='ActionDataPreprocessor', format_shape='NCTHW'),
    )
    return Config(dict(model=model, load_from=load_from, test_pipeline=[]))


class Clips(list):
    """Three videos of two clips; counts what is loaded."""

    def __init__(self):
        super().__init__(range(3))
        self.loaded = []

    def get_data_info(self, index):
        return dict(filename=f'{index}.mp4')

    def __getitem__(self, index):
        self.loaded.append(index)
        imgs = torch.randint(0, 256, (2, 3, 4, 24, 24), generator=torch.manual_seed(index))
        return dict(inputs=imgs.to(torch.uint8), data_samples=None)


def test_means_over_clips_are_computed_once(tmp_path):
    model, dataset, settings = build_frozen(config(), seed=0), Clips(), dict(num_segments=2)
    store = tmp_path / 'a.npz'
    found = dataset_features(model, dataset, settings, store, batch_size=2)
    assert dataset.loaded == [0, 1, 2]
    sample = dict(inputs=[dataset[1]['inputs']], data_samples=[None])
    batch = model.data_preprocessor(sample)['inputs']
    with torch.no_grad():
        expected = segment_features(model.backbone(batch[0]), **settings).mean(dim=0)
    np.testing.assert_allclose(found[1], expected, rtol=1e-4)
    dataset.loaded.clear()
    again = dataset_features(model, dataset, settings, store)
    assert not dataset.loaded and np.array_equal(again, found)


def test_key_depends_on_weights_and_pooling(tmp_path):
    (tmp_path / 'a.pth').write_bytes(b'a')
    cfg = config(str(tmp_path / 'a.pth'))
    keys = {feature_key(config(), {}, 0), feature_key(config(), {}, 1), feature_key(cfg, {}, 0),
            feature_key(cfg, dict(deviation=True), 0)}  # fmt: skip
    assert len(keys) == 4 and feature_key(cfg, {}, 0) == feature_key(cfg, {}, 1)


def test_a_tower_must_be_loaded_whole(tmp_path):
    path = tmp_path / 'pretext.pth'
    model = recognizer()
    save_checkpoint(dict(state_dict=model.state_dict()), str(path))
    loaded = build_frozen(config(str(path)), seed=3)
    for name, value in model.backbone.visual.state_dict().items():
        torch.testing.assert_close(loaded.backbone.state_dict()[name], value)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())
    with pytest.raises(CheckpointError, match='a frozen backbone must be loaded whole'):
        build_frozen(config(str(path), conv1_kernel=(3, 5, 5)), seed=3)

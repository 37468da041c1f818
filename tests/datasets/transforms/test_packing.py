from dataclasses import is_dataclass
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS

from mmav_coattn.datasets import transforms
from mmav_coattn.datasets.transforms import PackAudioVisualInputs

META = dict(filename='/data/a.mp4', relpath='a.mp4', sample_idx=7, clip_seconds=0.5, flip=True)
LISTS = dict(window_starts=[1.0, 0.25, 2.0], shift=[0.0, -0.75, 1.0])


@pytest.fixture
def given():
    imgs = np.arange(24, dtype=np.uint8).reshape(1, 3, 2, 2, 2).transpose(0, 1, 2, 4, 3)
    arrays = {key: np.array(value) for key, value in LISTS.items()}
    audio = dict(audio=np.ones(5, np.float32), audio_start=0.2)
    return dict(media=Mock(), imgs=imgs, label=4, boxes=[[0, 0, 1, 1]]) | META | arrays | audio


def test_inputs_and_sample(given):
    packed = PackAudioVisualInputs()(dict(given))
    given['media'].close.assert_called_once()
    assert packed['inputs'].keys() == {'imgs', 'audio', 'audio_starts'}
    assert packed['inputs']['imgs'].dtype == torch.uint8
    assert np.array_equal(packed['inputs']['imgs'].numpy(), given['imgs'])
    assert torch.equal(packed['inputs']['audio'], torch.ones(5))
    # From the first sample of the segment.
    torch.testing.assert_close(packed['inputs']['audio_starts'], torch.tensor([0.8, 0.05, 1.8]))
    sample = packed['data_samples']
    assert sample.sync_label.tolist() == [1.0, 0.0, 0.0]
    assert sample.gt_label.tolist() == [4]
    assert sample.metainfo == META | LISTS
    assert {'sync_label', 'gt_label', 'shift', 'relpath'} <= sample.to_dict().keys()


def test_what_is_absent_and_what_is_annotated(given):
    without = {key: value for key, value in given.items() if key not in ('audio', 'label')}
    assert PackAudioVisualInputs()(without)['inputs'].keys() == {'imgs'}
    del given['imgs']
    packed = PackAudioVisualInputs(extra_meta_keys=('boxes',))(given | dict(label=-1))
    assert packed['inputs'].keys() == {'audio', 'audio_starts'}
    assert 'gt_label' not in packed['data_samples']
    assert packed['data_samples'].boxes == [[0, 0, 1, 1]]


def test_registered_and_safe_from_mmactions_inferencer():
    for name in transforms.__all__:
        transform = TRANSFORMS.get(name)
        assert transform.__module__.startswith('mmav_coattn.')
        assert 'Decode' not in name  # it replaces transforms whose name holds that word
        # They are shown with their settings.
        assert is_dataclass(transform) or name in ('LocalizationTargets', 'ReplaceSound')

"""What is read off a test pipeline, and the sentences where it does not say it."""

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmav_coattn.apis.clip_settings import LARGEST_SHORT_SIDE, ClipSettings
from mmav_coattn.errors import ConfigError

WINDOWS = dict(type='SampleSyncWindows', clip_seconds=1.5, test_mode=True)
FRAMES = dict(type='LoadFrames', num_frames=30)
SOUND = dict(type='LoadAudio', sample_rate=8000)


def settings(*transforms):
    return ClipSettings.from_config(Config(dict(test_pipeline=list(transforms))))


def test_what_a_pipeline_says():
    found = settings(WINDOWS, FRAMES, SOUND)
    assert (found.clip_seconds, found.num_frames, found.sample_rate) == (1.5, 30, 8000)
    assert found.step == pytest.approx(0.05)
    assert found.short_side == LARGEST_SHORT_SIDE == 720
    assert found.box == (0.0, 0.0, 1.0, 1.0)


def test_pictures_are_scaled_but_not_cut():
    found = settings(
        WINDOWS,
        FRAMES,
        dict(type='Resize', scale=(32, 24), keep_ratio=False),
        dict(type='CenterCrop', crop_size=16),
        SOUND,
    )
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, 32:, 1] = 200
    prepared = found.prepare(image)
    assert prepared.shape == (3, 24, 32) and prepared.dtype == torch.uint8
    assert prepared[1, :, :14].max() == 0 and prepared[1, :, 18:].min() == 200
    assert not prepared[[0, 2]].any()


@pytest.mark.parametrize(
    ('left_out', 'sentence'),
    [
        (0, 'has no SampleSyncWindows, which says how long a clip is'),
        (1, 'has no LoadFrames, which says how many frames a clip has'),
        (2, 'has no LoadAudio, which says the rate of the sound'),
    ],
)
def test_what_is_absent_is_named(left_out, sentence):
    transforms = [WINDOWS, FRAMES, SOUND]
    del transforms[left_out]
    with pytest.raises(ConfigError, match=sentence):
        settings(*transforms)


def test_no_pipeline():
    with pytest.raises(ConfigError, match='has no test_pipeline'):
        ClipSettings.from_config(Config(dict(model={})))

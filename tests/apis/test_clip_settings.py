import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmav_coattn.apis.clip_settings import NEEDED, ClipSettings
from mmav_coattn.errors import ConfigError

WINDOWS = dict(type='SampleSyncWindows', clip_seconds=1.5, test_mode=True)
FRAMES = dict(type='LoadFrames', num_frames=30)
AUDIO = dict(type='LoadAudio', sample_rate=8000)
SMALL = dict(type='Resize', scale=(32, 24), keep_ratio=False)


def settings(*transforms):
    return ClipSettings.from_config(Config(dict(test_pipeline=list(transforms))))


def test_what_a_pipeline_says():
    found = settings(dict(WINDOWS, audio_seconds=4.0), FRAMES, AUDIO)
    # Without negatives the segment is the clip.
    middle = dict(type='SampleMiddleWindow', clip_seconds=1.5)
    assert settings(middle, FRAMES, AUDIO).audio_seconds == 1.5
    assert (found.clip_seconds, found.audio_seconds, found.num_frames) == (1.5, 4.0, 30)
    assert found.step == pytest.approx(0.05) and found.sample_rate == 8000
    assert found.box == (0.0, 0.0, 1.0, 1.0)


def test_how_large_frames_are_decoded():
    assert settings(WINDOWS, FRAMES, SMALL, AUDIO).short_side == 60  # 2.5 x 24
    # The network sees half of the frame.
    mouth = dict(type='FixedCrop', box=(0.25, 0.5, 0.75, 1.0))
    found = settings(WINDOWS, FRAMES, mouth, SMALL, AUDIO)
    assert found.short_side == 120 and found.box == (0.25, 0.5, 0.75, 1.0)
    given = dict(FRAMES, short_side=200)
    assert settings(WINDOWS, given, SMALL, AUDIO).short_side == 200


def test_frames_are_scaled_but_not_cut():
    left_out = dict(type='CenterCrop', crop_size=16), dict(type='FormatShape', input_format='NCTHW')
    found = settings(WINDOWS, FRAMES, SMALL, *left_out, AUDIO)
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, 32:, 1] = 200
    prepared = found.prepare(image)
    assert prepared.shape == (3, 24, 32) and prepared.dtype == torch.uint8
    assert prepared[1, :, :14].max() == 0 and prepared[1, :, 18:].min() == 200
    assert not prepared[[0, 2]].any()


def test_what_is_absent_is_named():
    with pytest.raises(ConfigError, match='has no test_pipeline'):
        ClipSettings.from_config(Config(dict(model={})))
    steps = [WINDOWS, FRAMES, AUDIO]
    for index, (name, meaning) in enumerate(NEEDED.items()):
        with pytest.raises(ConfigError, match=f'does not say {meaning}: nothing sets {name}'):
            settings(*steps[:index], *steps[index + 1 :])

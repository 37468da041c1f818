"""Frames that are kept are those that were read, and are read once."""

import os

import numpy as np
import pytest
from media_factory import write_clip
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose

from mmav_coattn.datasets.transforms import CacheFrames
from mmav_coattn.media import MediaFile

READ = [
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleMiddleWindow', clip_seconds=0.4, video_only=True),
    dict(type='LoadFrames', num_frames=10),
]


@pytest.fixture
def video(tmp_path):
    return write_clip(tmp_path / 'silent.mp4', duration=1.0, audio=False)


def test_gives_the_same_and_reads_once(video, tmp_path, monkeypatch):
    folder = str(tmp_path / 'frames')
    info = dict(filename=str(video.path), label=3)
    plain = Compose(READ)(dict(info))
    first = CacheFrames(READ, folder)(dict(info))
    monkeypatch.setattr(MediaFile, 'read_frames', None)  # reading again would fail
    flipped = TRANSFORMS.build(dict(type='Flip', flip_ratio=1.0))(first)
    assert not np.array_equal(flipped['imgs'][0], plain['imgs'][0])
    # What lies on disk serves another process.
    second = CacheFrames(READ, folder)(dict(info, label=4))
    np.testing.assert_array_equal(second['imgs'], plain['imgs'])  # the flip left it alone
    assert second['label'] == 4 and 'media' not in second
    for fact in ('img_shape', 'num_clips', 'clip_len', 'modality'):
        assert second[fact] == plain[fact]


def test_another_setting_or_file_is_read_anew(video, tmp_path):
    info = dict(filename=str(video.path), label=3)
    shorter = [*READ[:2], dict(type='LoadFrames', num_frames=5)]
    for transforms in (READ, shorter):
        CacheFrames(transforms, str(tmp_path / 'frames'))(dict(info))
    assert len(list((tmp_path / 'frames').glob('*.npz'))) == 2
    os.utime(video.path, (1, 1))
    CacheFrames(READ, str(tmp_path / 'frames'))(dict(info))
    assert len(list((tmp_path / 'frames').glob('*.npz'))) == 3

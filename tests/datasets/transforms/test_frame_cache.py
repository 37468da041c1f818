import os

import numpy as np
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


def test_gives_the_same_reads_once_and_anew_after_a_change(tmp_path, monkeypatch):
    video = write_clip(tmp_path / 'silent.mp4', duration=1.0, audio=False)
    folder = tmp_path / 'frames'
    info = dict(filename=str(video.path), label=3)
    plain = Compose(READ)(dict(info))
    first = CacheFrames(READ, str(folder))(dict(info))
    with monkeypatch.context() as patch:
        patch.setattr(MediaFile, 'read_frames', None)  # reading again would fail
        flipped = TRANSFORMS.build(dict(type='Flip', flip_ratio=1.0))(first)
        assert not np.array_equal(flipped['imgs'][0], plain['imgs'][0])
        # What lies on disk serves another process.
        second = CacheFrames(READ, str(folder))(dict(info, label=4))
    np.testing.assert_array_equal(second['imgs'], plain['imgs'])  # the flip left it alone
    assert second['label'] == 4 and 'media' not in second
    for fact in ('img_shape', 'num_clips', 'clip_len', 'modality'):
        assert second[fact] == plain[fact]
    CacheFrames([*READ[:2], dict(type='LoadFrames', num_frames=5)], str(folder))(dict(info))
    assert len(list(folder.glob('*.npz'))) == 2
    os.utime(video.path, (1, 1))
    CacheFrames(READ, str(folder))(dict(info))
    assert len(list(folder.glob('*.npz'))) == 3

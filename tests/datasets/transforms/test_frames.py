import numpy as np
import pytest
from media_factory import frame_number, write_clip

from mmav_coattn.datasets.transforms import LoadFrames
from mmav_coattn.media import MediaFile


@pytest.mark.parametrize('fps', [12.5, 25, '60000/1001'])
def test_frames_by_time_whatever_the_rate(tmp_path, fps):
    truth = write_clip(tmp_path / 'a.mp4', fps=fps, video_start=0.25, duration=2.0, size=(96, 64))
    media = MediaFile(truth.path)
    results = dict(media=media, window_starts=np.array([0.61, 0.3]), clip_seconds=0.8)
    out = LoadFrames(num_frames=10)(results)
    # The middles of ten parts of 0.08 s from 0.61 s on, worked by hand.
    times = [0.65, 0.73, 0.81, 0.89, 0.97, 1.05, 1.13, 1.21, 1.29, 1.37]
    assert [frame_number(image) for image in out['imgs']] == [truth.frame_at(t) for t in times]
    assert out['imgs'][0].shape == (64, 96, 3) and out['imgs'][0].dtype == np.uint8
    assert out['original_shape'] == out['img_shape'] == (64, 96)
    assert out['num_clips'] == 1 and out['clip_len'] == 10 and out['modality'] == 'RGB'
    assert LoadFrames(2, short_side=32)(results)['img_shape'] == (32, 48)

import av
import cv2
import numpy as np
import pytest
from media_factory import tag_rotation, write_clip

from mmav_coattn.media.frame_converter import FrameConverter


@pytest.mark.parametrize('degrees', [0, 90, 180, -90])
def test_scaled_down_by_areas_and_turned_as_the_tag_says(degrees, tmp_path):
    # 90 px: lines of 270 bytes, which the converter's buffer pads.
    write_clip(tmp_path / 'clip.mp4', duration=0.2, size=(90, 64), audio=False)
    tag_rotation(tmp_path / 'clip.mp4', tmp_path / 'turned.mp4', degrees)
    with av.open(str(tmp_path / 'turned.mp4')) as container:
        frame = next(container.decode(video=0))
    whole = frame.to_ndarray(format='rgb24')
    for short_side in (None, 65):
        turned = FrameConverter(short_side)(frame)
        assert np.array_equal(turned, np.rot90(whole, degrees // 90))
    small = np.rot90(FrameConverter(short_side=32)(frame), -degrees // 90)
    assert small.shape == (32, 45, 3)
    expected = cv2.resize(whole, (45, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 3

"""Decoded frames as pictures, against PyAV's own conversion and OpenCV's scaling."""

import av
import cv2
import numpy as np
import pytest
from media_factory import tag_rotation, write_clip

from mmav_coattn.media.frame_converter import FrameConverter, quarter_turns, scaled_size


def first_frame(path):
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


@pytest.fixture(scope='module')
def clip(media_folder):
    # 90 px: lines of 270 bytes, which the converter's buffer pads.
    write_clip(media_folder / 'converter.mp4', duration=0.2, size=(90, 64), audio=False)
    return media_folder / 'converter.mp4'


def test_scaled_down_by_areas_and_never_up(clip):
    frame = first_frame(clip)
    small = FrameConverter(short_side=32)(frame)
    whole = frame.to_ndarray(format='rgb24')
    assert small.shape == (32, 45, 3)
    expected = cv2.resize(whole, (45, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 3
    assert np.array_equal(FrameConverter(short_side=65)(frame), whole)


@pytest.mark.parametrize(
    ('size', 'short_side', 'expected'),
    [
        ((1280, 720), 360, (640, 360)),
        ((720, 1280), 360, (360, 640)),
        ((100, 75), 50, (67, 50)),
        ((64, 64), None, (64, 64)),
        ((64, 48), 48, (64, 48)),
    ],
)
def test_scaled_size(size, short_side, expected):
    assert scaled_size(*size, short_side) == expected


@pytest.mark.parametrize('degrees', [0, 90, 180, -90])
def test_turned_as_the_tag_says(degrees, clip, tmp_path):
    tag_rotation(clip, tmp_path / 'turned.mp4', degrees)
    frame = first_frame(tmp_path / 'turned.mp4')
    assert quarter_turns(frame) == degrees // 90 % 4
    expected = np.rot90(frame.to_ndarray(format='rgb24'), degrees // 90)
    assert np.array_equal(FrameConverter()(frame), expected)

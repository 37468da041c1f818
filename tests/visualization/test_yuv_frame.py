import av
import numpy as np
import pytest

from mmav_coattn.visualization.yuv_frame import (
    BT601,
    YuvConverter,
    colorspace_of,
    new_frame,
    planes_of,
    rgb_to_yuv,
)

BT709 = 1


def flat(colour, size=(16, 16), pixel_format='rgb24', **changes):
    """A frame of one RGB colour."""
    image = np.full((*size, 3), colour, np.uint8)
    frame = av.VideoFrame.from_ndarray(image, format='rgb24')
    return frame.reformat(format=pixel_format, **changes)


def test_colours_by_hand():
    red, white = (255, 0, 0), (255, 255, 255)
    # 16 + 219 * 0.299, 128 - 112 * 0.299 / 0.886, and all of the red difference.
    np.testing.assert_allclose(rgb_to_yuv(red, BT601), [81.481, 90.203, 240], atol=1e-3)
    np.testing.assert_allclose(rgb_to_yuv(red, BT709), [62.559, 102.336, 240], atol=1e-3)
    np.testing.assert_allclose(rgb_to_yuv([white, (0, 0, 0)], 9), [[235, 128, 128], [16, 128, 128]])


@pytest.mark.parametrize(('colorspace', 'name'), [(BT601, 'ITU601'), (BT709, 'ITU709')])
def test_colours_are_those_of_ffmpeg(colorspace, name):
    for colour in np.random.default_rng(0).integers(0, 256, (8, 3)):
        frame = flat(colour, pixel_format='yuv444p', dst_colorspace=name, dst_color_range='MPEG')
        found = [plane[5, 5] for plane in planes_of(frame)]
        np.testing.assert_allclose(rgb_to_yuv(colour, colorspace), found, atol=1.5)


@pytest.mark.parametrize(
    ('pixel_format', 'levels'),
    [('yuv420p', 'MPEG'), ('yuv444p', 'MPEG'), ('yuv420p10le', 'MPEG'), ('yuvj420p', 'JPEG')],
)
def test_kinds_of_yuv_become_one(pixel_format, levels):
    colour = (200, 60, 30)
    frame = flat(colour, pixel_format=pixel_format, dst_colorspace='ITU709', dst_color_range=levels)
    planes = YuvConverter(frame)(frame)
    assert [plane.shape for plane in planes] == [(16, 16), (8, 8), (8, 8)]
    for plane, expected in zip(planes, rgb_to_yuv(colour, BT709), strict=True):
        np.testing.assert_allclose(plane, expected, atol=2)
    assert colorspace_of(frame) == BT709


@pytest.mark.parametrize('pixel_format', ['rgb24', 'bgr0', 'gray'])
def test_odd_pictures_that_are_not_yuv(pixel_format):
    frame = flat((90, 90, 90), (49, 65), pixel_format)
    planes = YuvConverter(frame)(frame)
    assert [plane.shape for plane in planes] == [(50, 66), (25, 33), (25, 33)]
    for plane, expected in zip(planes, rgb_to_yuv((90, 90, 90), BT601), strict=True):
        np.testing.assert_allclose(plane, expected, atol=1.5)
    assert colorspace_of(frame) == BT601


def test_pictures_of_another_size_are_scaled_to_the_first():
    first, later = flat((10, 20, 30), (16, 32)), flat((10, 20, 30), (24, 24))
    to_yuv = YuvConverter(first)
    assert [plane.shape for plane in to_yuv(later)] == [plane.shape for plane in to_yuv(first)]


def test_planes_are_the_memory_of_the_frame():
    frame = new_frame(34, 6)
    for plane, level in zip(planes_of(frame), (100, 90, 80), strict=True):
        plane[...] = level
    found = frame.to_ndarray()  # (9, 34): Y above U and V
    assert (found[:6] == 100).all() and set(found[6:].ravel()) == {90, 80}

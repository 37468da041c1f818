import cv2
import numpy as np
import pytest

from mmav_coattn.visualization.caption import caption_band, draw_caption
from mmav_coattn.visualization.heatmap import upsample_heatmap
from mmav_coattn.visualization.plane_drawing import (
    CaptionPainter,
    HeatmapPainter,
    blend,
    touched_part,
)
from mmav_coattn.visualization.yuv_frame import rgb_to_yuv

BT709 = 1


def random_planes(rng, height=60, width=92):
    shapes = (height, width), (height // 2, width // 2), (height // 2, width // 2)
    return [rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]


def slow_overlay(plane, heat, alpha, channel):
    """In floats, place by place."""
    intensity = upsample_heatmap(heat, plane.shape)
    level = np.round(255 * intensity).astype(np.uint8)
    colour = cv2.applyColorMap(level, cv2.COLORMAP_TURBO)[..., ::-1]
    share = alpha * (intensity / 0.4).clip(0, 1)
    return plane * (1 - share) + rgb_to_yuv(colour, BT709)[..., channel] * share


def test_blending_rounds_and_adds():
    plane = np.array([[200, 100, 3, 255]], np.uint8)
    blend(plane, np.array([[255, 0, 128, 255]], np.uint8), np.array([[0, 7, 20, 9]], np.uint8))
    assert plane.tolist() == [[200, 7, 22, 255]]


@pytest.mark.parametrize('alpha', [0.0, 0.65, 1.0])
def test_heat_maps_are_the_blend_in_floats(alpha):
    rng = np.random.default_rng(0)
    planes = random_planes(rng)
    originals = [plane.copy() for plane in planes]
    heat = np.where(rng.random((5, 7)) < 0.4, rng.random((5, 7)), 0).astype(np.float32)
    heat[:, 6] = 0
    HeatmapPainter((0, 0, 1, 1), alpha, BT709).draw(planes, heat)
    for channel, (plane, original) in enumerate(zip(planes, originals, strict=True)):
        # As for RGB: half a level of intensity is 1.25 of colour, and three roundings.
        np.testing.assert_allclose(plane, slow_overlay(original, heat, alpha, channel), atol=2.75)
        beyond = plane.shape[1] // 14  # half a cell, past the centre of the last one
        np.testing.assert_array_equal(plane[:, -beyond:], original[:, -beyond:])


def test_only_the_box_is_drawn_on():
    planes = random_planes(np.random.default_rng(1), 40, 80)
    originals = [plane.copy() for plane in planes]
    HeatmapPainter((0.25, 0.5, 0.75, 1.0), 0.65, BT709).draw(planes, np.full((2, 2), 0.7))
    for channel, (plane, original) in enumerate(zip(planes, originals, strict=True)):
        height, width = plane.shape
        box = slice(height // 2, height), slice(width // 4, 3 * width // 4)
        expected = original.astype(float)
        expected[box] = slow_overlay(original[box], np.full((2, 2), 0.7), 0.65, channel)
        np.testing.assert_allclose(plane, expected, atol=2.75)
        expected[box] = plane[box]
        np.testing.assert_array_equal(plane, expected)


def test_no_intensity_leaves_the_picture_alone():
    planes = random_planes(np.random.default_rng(2))
    originals = [plane.copy() for plane in planes]
    HeatmapPainter((0, 0, 1, 1), 0.65, BT709).draw(planes, np.zeros((4, 4), np.float32))
    for plane, original in zip(planes, originals, strict=True):
        np.testing.assert_array_equal(plane, original)


def test_the_touched_part_holds_all_that_is_not_0_and_little_more():
    rng = np.random.default_rng(3)
    assert touched_part(np.zeros((3, 3)), (30, 30)) is None
    for _ in range(60):
        shape, size = rng.integers(1, 25, 2), tuple(rng.integers(20, 200, 2))
        heat = np.where(rng.random(shape) < 0.05, rng.random(shape), 0).astype(np.float32)
        large = upsample_heatmap(heat, size)
        found = touched_part(heat, size)
        if found is None:
            assert not large.any()
            continue
        outside = large.copy()
        outside[found] = 0
        assert not outside.any()
        for axis in (0, 1):
            places = np.flatnonzero(large.any(axis=1 - axis))
            assert places[0] - found[axis].start <= 3 + size[axis] / shape[axis] / 2
            assert found[axis].stop - places[-1] <= 4 + size[axis] / shape[axis] / 2


def test_captions_are_those_of_rgb_pictures():
    height, width, text = 80, 240, 'in sync: 0.93'
    grey = np.full((height, width, 3), 150, np.uint8)
    expected = rgb_to_yuv(draw_caption(grey, text), BT709)
    planes = [
        np.full((height, width), round(16 + 219 * 150 / 255), np.uint8),
        np.full((height // 2, width // 2), 140, np.uint8),  # some colour, to see it fade
        np.full((height // 2, width // 2), 128, np.uint8),
    ]
    CaptionPainter(text, (height, width)).draw(planes)
    np.testing.assert_allclose(planes[0], expected[..., 0], atol=2)
    assert planes[0].max() > 220
    rows = caption_band((height, width), text)
    assert (draw_caption(grey, text) != grey).any(axis=(1, 2)).sum() == rows
    assert planes[1][1, 1] == 132 and (planes[1][(rows + 1) // 2 :] == 140).all()  # a third of 12
    np.testing.assert_allclose(planes[2], 128, atol=1)


def test_no_caption():
    planes = random_planes(np.random.default_rng(4))
    originals = [plane.copy() for plane in planes]
    CaptionPainter('', planes[0].shape).draw(planes)
    for plane, original in zip(planes, originals, strict=True):
        np.testing.assert_array_equal(plane, original)

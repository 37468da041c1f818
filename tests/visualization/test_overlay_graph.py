from fractions import Fraction

import av
import numpy as np
import pytest

from mmav_coattn.visualization.heatmap import blend, overlay_heatmap
from mmav_coattn.visualization.overlay_graph import OverlayGraph
from mmav_coattn.visualization.sheets import caption_layer

WHOLE = (0.0, 0.0, 1.0, 1.0)


def smooth_image(height, width, phase=0.0):
    """Colours that change slowly, so that 4:2:0 keeps them."""
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    waves = [120 + 90 * np.sin(phase + 2 * (x + k * y)) for k in range(3)]
    return np.stack(waves, axis=-1).astype(np.uint8)


def as_video(image, index=0, space=1):
    frame = av.VideoFrame.from_ndarray(image, 'rgb24')
    frame.colorspace = space
    frame = frame.reformat(format='yuv420p', dst_color_range='MPEG')
    frame.pts, frame.time_base = index, Fraction(1, 25)
    return frame


def draw(images, heats, space=1, **kwargs):
    frames = [as_video(image, index, space) for index, image in enumerate(images)]
    graph = OverlayGraph(frames[0], **dict(box=WHOLE, caption='', side_by_side=False) | kwargs)
    drawn = [f for pair in zip(frames, heats, strict=True) for f in graph.draw(*pair)]
    drawn += graph.finish()
    assert [frame.pts for frame in drawn] == list(range(len(images)))
    return [frame.to_ndarray(format='rgb24') for frame in drawn]


def assert_close(drawn, expected, space=1, mean=1.0, most=12):
    """Close to an image that went through 4:2:0 itself."""
    expected = as_video(expected, space=space).to_ndarray(format='rgb24')
    difference = np.abs(drawn.astype(int) - expected)
    assert difference.mean() < mean
    assert np.quantile(difference, 0.999) <= most


@pytest.mark.parametrize('space', [1, 6, 9])
def test_each_frame_is_blended_with_its_own_map(space):
    images = [smooth_image(96, 128, phase) for phase in (0.0, 1.0, 2.0)]
    heats = np.random.default_rng(0).random((3, 3, 4)).astype(np.float32)
    for drawn, image, heat in zip(draw(images, heats, space), images, heats, strict=True):
        assert_close(drawn, overlay_heatmap(image, heat), space)


def test_maps_are_enlarged_and_only_the_box_is_blended():
    image, heat = smooth_image(720, 1280), np.zeros((6, 6), np.float32)
    heat[1:3, 2:4] = 0.7
    assert_close(draw([image], [heat])[0], overlay_heatmap(image, heat))
    image, heat = smooth_image(96, 128), np.full((2, 2), 0.6, np.float32)
    expected = image.copy()
    expected[48:, 32:96] = overlay_heatmap(image[48:, 32:96], heat)
    assert_close(draw([image], [heat], box=(0.25, 0.5, 0.75, 1.0))[0], expected)


def test_side_by_side_captions_and_frames_of_other_sizes():
    images, heat = [smooth_image(96, 128, phase) for phase in (0.0, 1.0)], np.zeros((2, 2))
    heat[0, 1] = 0.8
    layer = caption_layer((96, 256), 'in sync')
    found = draw(images, [heat, heat], caption='in sync', side_by_side=True)
    for drawn, image in zip(found, images, strict=True):
        both = np.concatenate([image, overlay_heatmap(image, heat)], axis=1)
        both[: len(layer)] = blend(both[: len(layer)], layer)
        assert_close(drawn, both, most=30)  # letters are sharp
    images = [smooth_image(49, 65), smooth_image(97, 131), smooth_image(49, 65)]
    for image in draw(images, np.zeros((3, 2, 2))):
        assert_close(image, smooth_image(50, 66), mean=1.5)

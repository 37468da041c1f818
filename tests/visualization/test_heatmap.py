import cv2
import numpy as np
import pytest

from mmav_coattn.evaluation.functional import upsample_heatmap
from mmav_coattn.visualization.heatmap import (
    attention_intensity,
    interpolate_in_time,
    overlay_heatmap,
)


def test_intensity_by_hand():
    # Multiples of uniform: 1.6, .8, .8, .8, then 3.4, .2, .2, .2; full strength is at 4.
    attention = np.array([[[0.4, 0.2], [0.2, 0.2]], [[0.85, 0.05], [0.05, 0.05]]])
    intensity = attention_intensity(attention)
    np.testing.assert_allclose(intensity[:, 0, 0], [0.6 / 3, 2.4 / 3], rtol=1e-6)
    assert np.count_nonzero(intensity) == 2
    # Weights need not sum to 1.
    np.testing.assert_allclose(attention_intensity(7 * attention), intensity, rtol=1e-5)
    assert attention_intensity(np.zeros((1, 2, 2))).max() == 0
    for bad in (np.ones((2, 2)), -np.ones((1, 2, 2)), np.full((1, 2, 2), np.nan)):
        with pytest.raises(ValueError, match='attention'):
            attention_intensity(bad)


def test_the_peak_of_the_clip_is_full_strength_when_it_is_high():
    attention = np.full((2, 10, 10), 0.005)
    attention[0, 3, 4] = 0.505  # 50.5 times uniform
    attention[1, 5, 5] = 0.205  # the second step peaks lower and stays lower
    attention /= attention.sum(axis=(1, 2), keepdims=True)
    intensity = attention_intensity(attention)
    assert intensity.max() == intensity[0, 3, 4] == 1
    expected = (attention[1, 5, 5] * 100 - 1) / (attention[0, 3, 4] * 100 - 1)
    assert intensity[1, 5, 5] == pytest.approx(expected)


def test_interpolation_goes_by_time_stamps():
    maps = np.array([0.0, 1.0, 4.0]).reshape(3, 1, 1)
    times = [0.0, 1.0, 1.5]
    shown = interpolate_in_time(maps, times, [-1, 0, 0.25, 1.0, 1.25, 1.5, 9])
    np.testing.assert_allclose(shown.ravel(), [0, 0, 0.25, 1, 2.5, 4, 4])
    np.testing.assert_allclose(interpolate_in_time(maps[:1], [0.3], [0, 1]).ravel(), [0, 0])
    with pytest.raises(ValueError, match='rise'):
        interpolate_in_time(maps, [0, 1, 1], [0])
    with pytest.raises(ValueError, match='3 maps'):
        interpolate_in_time(maps, [0, 1], [0])


def test_cells_lie_side_by_side_over_the_frame():
    heatmap = np.zeros((2, 4))
    heatmap[1, 3] = 1
    large = upsample_heatmap(heatmap, (40, 80))
    assert large.shape == (40, 80)
    assert large[35, 75] == 1  # beyond the centre of the cell at (30, 70)
    assert large[30, 60] == pytest.approx(0.5, abs=0.05)  # the border between two cells
    assert large[:10].max() == 0
    np.testing.assert_allclose(upsample_heatmap(np.full((3, 3), 0.3), (7, 5)), 0.3, rtol=1e-6)


def test_overlay_is_the_blend_in_floats():
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (64, 48, 3), dtype=np.uint8)
    intensity = rng.uniform(-0.1, 1.1, (64, 48)).astype(np.float32)
    ramp = np.round(255 * intensity.clip(0, 1)).astype(np.uint8)
    colour = cv2.applyColorMap(ramp, cv2.COLORMAP_TURBO)[..., ::-1]
    weight = 0.65 * (intensity / 0.4).clip(0, 1)[..., None]
    before = frame.copy()
    drawn = overlay_heatmap(frame, intensity)
    np.testing.assert_array_equal(frame, before)
    # Half a level of the intensity is 1.25 of colour; three more roundings add half a level each.
    np.testing.assert_allclose(drawn, frame * (1 - weight) + colour * weight, atol=2.75)
    # A frame that lies otherwise in memory, as a turned one does.
    turned = overlay_heatmap(np.rot90(frame), np.rot90(intensity))
    np.testing.assert_array_equal(turned, np.rot90(drawn))

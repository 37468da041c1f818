"""Attention maps as coloured overlays: pure functions of numpy arrays."""

from functools import cache

import numpy as np

from mmav_coattn.evaluation.functional import upsample_heatmap
from mmav_coattn.evaluation.functional.checks import finite_array

#: Multiple of the uniform weight that is drawn at full strength, unless the clip has higher ones.
FULL_STRENGTH = 4.0
#: Largest share of colour, and the intensity from which on the overlay has it.
ALPHA, OPAQUE_FROM = 0.65, 0.4


def attention_intensity(attention: np.ndarray) -> np.ndarray:
    """Turn attention weights into intensities from 0 (leave the frame alone) to 1 (full colour).

    With r = weight / mean weight of its time step, it is ``(r - 1) / (top - 1)``, cut off to
    [0, 1], where ``top`` is the largest r of the clip, but at least :data:`FULL_STRENGTH`. So
    locations that get no more than their share stay untouched, times can be compared with each
    other, and noise around uniform attention is not stretched to full scale.

    Of attention (T', H', W'), not negative, that need not sum to 1. Returns float32 (T', H', W'), 0
    to 1. A time step without any weight is 0.

    Raises:
        ValueError: If the shape is wrong, or a weight is negative or not finite.
    """
    weights = finite_array(attention, 'attention', ndim=3)
    if weights.min() < 0:
        raise ValueError('attention: weights must not be negative.')
    mean = weights.mean(axis=(1, 2), keepdims=True)
    ratio = np.divide(weights, mean, out=np.zeros_like(weights), where=mean > 0)
    top = max(FULL_STRENGTH, ratio.max())
    return ((ratio - 1) / (top - 1)).clip(0, 1).astype(np.float32)


def interpolate_in_time(
    maps: np.ndarray, map_times: np.ndarray, frame_times: np.ndarray
) -> np.ndarray:
    """Maps (T, H', W') at times of frames (T,), linearly between the nearest of (T', H', W').

    Those lie at rising times (T',), all s on one clock. The first holds before, the last after.

    Raises:
        ValueError: If the times are not as many as the maps, or do not rise.
    """
    if np.shape(map_times) != maps.shape[:1]:
        raise ValueError(f'{len(maps)} maps, but times of shape {np.shape(map_times)}.')
    if (np.diff(map_times) <= 0).any():
        raise ValueError('map_times: the times of the maps must rise.')
    position = np.interp(frame_times, map_times, np.arange(len(maps)))
    before = np.floor(position).astype(int)
    after = np.minimum(before + 1, len(maps) - 1)
    share = (position - before).reshape(-1, *[1] * (maps.ndim - 1)).astype(maps.dtype)
    return maps[before] * (1 - share) + maps[after] * share


def overlay_heatmap(frame: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Blend a map (H', W'), 0 to 1, onto a frame, uint8 (H, W, 3), RGB; returns the same shape.

    The map is enlarged to the frame. Where the intensity is 0, the frame is left as it is.
    """
    return blend(frame, heat_layer(upsample_heatmap(intensity, frame.shape[:2])))


def heat_layer(intensity: np.ndarray) -> np.ndarray:
    """Colour and opacity, RGBA uint8 (H, W, 4), of a map (H, W), 0 to 1.

    The hue tells the intensity over all of its range; the share of colour rises to :data:`ALPHA` at
    :data:`OPAQUE_FROM`, so that the middle of the range stays visible.
    """
    return _layer_of_levels()[np.rint(255 * np.clip(intensity, 0, 1)).astype(np.uint8)]


@cache
def _layer_of_levels() -> np.ndarray:
    """RGBA (256, 4) of 256 levels of intensity."""
    import cv2

    levels = np.arange(256, dtype=np.uint8)
    colours = cv2.applyColorMap(levels[:, None], cv2.COLORMAP_TURBO)[:, 0, ::-1]
    opacity = 255 * ALPHA * np.minimum(levels / (255 * OPAQUE_FROM), 1)
    return np.column_stack([colours, np.rint(opacity).astype(np.uint8)])


def blend(frame: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """Lay a layer, RGBA uint8 (H, W, 4), over a frame, RGB uint8 (H, W, 3): a new frame."""
    opacity = layer[..., 3:] / np.float32(255)
    return np.rint(frame + (layer[..., :3] - frame.astype(np.float32)) * opacity).astype(np.uint8)

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from mmav_coattn.models.maps import MovingSourceMap

SIZE = 48, 40


def blur(values, sigma):
    return gaussian_filter(values, sigma, mode='nearest', radius=int(np.ceil(3 * sigma)))


@pytest.mark.parametrize('travel', [False, True])
@torch.no_grad()
def test_equals_the_formula(travel):
    refine = MovingSourceMap(sharpness=1.5, still_parts=0.7, travel=travel)
    maps = torch.randn(2, 2, 4, 6, 5)
    frames = torch.randint(0, 256, (2, 3, 4, *SIZE), dtype=torch.uint8)
    found = refine(maps, frames)
    assert found.shape == (2, 2, 4, *SIZE)
    side = min(SIZE)
    colour = frames.numpy().astype(np.float64)
    grey = colour.mean(axis=1)
    for n in range(2):
        moving = np.zeros_like(grey[n])
        for t in range(4):
            changes = [abs(grey[n, t] - grey[n, u]) for u in (t - 1, t + 1) if 0 <= u < 4]
            change = np.min(changes, axis=0)
            moving[t] = change / (change + 8)
        for j in range(2):
            mean = maps[n, j].mean(dim=0).expand(4, -1, -1)
            gated = np.zeros_like(moving)
            for t, match in enumerate((maps[n, j] if travel else mean).numpy()):
                z = (match - match.mean()) / match.std(ddof=1)
                z = cv2.resize(z, SIZE[::-1], interpolation=cv2.INTER_LINEAR)
                gated[t] = moving[t] * np.exp(1.5 * z)
            for t in range(4):
                near = blur(gated[t] if travel else gated.mean(axis=0), 0.143 * side)
                near /= near.max()
                slopes = [np.gradient(blur(colour[n, c, t], 1.0)) for c in range(3)]
                edges = np.sqrt(np.square(slopes).sum(axis=(0, 1)))
                whole = gated[t] + 0.7 * edges / (edges + 32) * near
                np.testing.assert_allclose(found[n, j, t], blur(whole, 0.045 * side), rtol=1e-3)


@torch.no_grad()
def test_still_frames_and_uniform_maps_stay_finite():
    still = torch.full((1, 3, 4, *SIZE), 7, dtype=torch.uint8)
    assert not MovingSourceMap()(torch.ones(1, 1, 3, 6, 5), still).any()

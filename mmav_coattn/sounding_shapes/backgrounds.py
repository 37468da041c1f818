"""Backgrounds: a lit wall or sky above a floor or ground, textured; families differ per split.

All images are float32 RGB in [0, 255].
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .holdout import draw_held_out
from .motions import log_uniform

#: Families (wall, floor) of each split; val and test show families that train never does.
FAMILIES = dict(
    train=(('plaster', 'planks'), ('brick', 'concrete'), ('sky', 'grass'), ('panels', 'carpet'),
           ('plaster', 'carpet'), ('brick', 'planks')),
    val=(('stripes', 'checker'), ('dusk', 'gravel')),
    test=(('wall_tiles', 'floor_tiles'), ('hills', 'sand')),
)  # fmt: skip


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """RGB colour (3,), float32 in [0, 255], of hue, saturation and value in [0, 1]."""
    k = ((hue % 1.0) * 6 + np.array([5.0, 3.0, 1.0])) % 6
    rgb = value - value * saturation * np.clip(np.minimum(k, 4 - k), 0, 1)
    return (255 * rgb).astype(np.float32)


def cloud_noise(
    rng: np.random.Generator, height: int, width: int, octaves: tuple[tuple[int, int], ...]
) -> np.ndarray:
    """Sum of smoothly enlarged random grids (h, w), halving in weight; roughly in [-1, 1]."""
    out = np.zeros((height, width), np.float32)
    for order, (rows, columns) in enumerate(octaves):
        grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        out += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**order
    return out


def _masonry(rng, colour, height, width, row, column, stagger, joint, variety) -> np.ndarray:
    """Bricks, tiles or boards of row x column px; their joints are darker, their shades vary."""
    y = (np.arange(height, dtype=np.float32) + rng.uniform(0, row))[:, None]
    rows = np.floor(y / row)
    shifted = np.arange(width, dtype=np.float32)[None] + rows * stagger * column
    edge = np.minimum(np.minimum(y % row, row - y % row), np.minimum(shifted % column, 1e3))
    lines = np.clip(1.3 - edge, 0, 1)
    cells = (rows * 37 + np.floor(shifted / column)).astype(int)
    shade = 1 + variety * rng.uniform(-1, 1, 997).astype(np.float32)[cells % 997]
    return colour * (shade * (1 - joint * lines))[..., None]


def _wall(kind: str, rng, colour: np.ndarray, height: int, width: int) -> np.ndarray:
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    flat = np.broadcast_to(colour, (height, width, 3))
    if kind == 'plaster':
        stain = cloud_noise(rng, height, width, ((4, 5), (12, 14), (50, 60)))
        return flat * (1 + 0.07 * stain)[..., None]
    if kind == 'brick':
        return _masonry(rng, colour, height, width, 8.0, 19.0, 0.5, 0.35, 0.14)
    if kind == 'wall_tiles':
        return _masonry(rng, colour, height, width, 15.0, 15.0, 0.0, 0.25, 0.05)
    if kind == 'panels':
        period = rng.uniform(14, 26)
        across = (np.arange(width, dtype=np.float32) + rng.uniform(0, period)) % period
        groove = 1 - 0.35 * np.clip(1.6 - across, 0, 1) + 0.1 * np.clip(2 - abs(across - 3), 0, 1)
        grain = 0.06 * cloud_noise(rng, height, width, ((3, 40), (5, 90)))
        return flat * (groove[None] + grain)[..., None]
    if kind == 'stripes':
        period = rng.uniform(12, 22)
        wave = np.sin(2 * np.pi * np.arange(width) / period + rng.uniform(0, 6))
        band = 0.09 * np.clip(4 * wave, -1, 1).astype(np.float32)
        grain = 0.04 * cloud_noise(rng, height, width, ((8, 9), (40, 50)))
        return flat * (1 + band[None] + grain)[..., None]
    # Outdoors: a sky that pales towards the horizon, with clouds, and hills for one family.
    warm = np.float32([255, 190, 140]) if kind == 'dusk' else np.float32([225, 232, 238])
    sky = flat * (1 - ramp) + warm * ramp
    clouds = np.clip(cloud_noise(rng, height, width, ((4, 3), (9, 6), (22, 14))) - 0.1, 0, 1)
    sky = sky + (np.float32([246, 244, 242]) - sky) * (0.6 * clouds * (1 - ramp[..., 0]))[..., None]
    if kind == 'hills':
        for depth in (0.0, 1.0):
            ridge = cloud_noise(rng, 1, width, ((1, 5), (1, 11)))[0]
            top = height * (0.62 + 0.2 * depth) + 0.12 * height * ridge
            mask = np.clip(np.arange(height)[:, None] - top[None], 0, 1)[..., None]
            tone = np.float32([120, 140, 150]) * (1 - 0.35 * depth)
            sky = sky * (1 - mask) + tone * mask
    return sky


def _floor(kind: str, rng, colour: np.ndarray, height: int, width: int) -> np.ndarray:
    """Floor seen from above; :func:`_lay` tilts it into perspective."""
    flat = np.broadcast_to(colour, (height, width, 3))
    fine = cloud_noise(rng, height, width, ((height // 2, width // 2), (height, width)))
    if kind == 'planks':
        board = _masonry(rng, colour, width, height, 13.0, 70.0, 0.37, 0.4, 0.14)
        grain = 1 + 0.1 * cloud_noise(rng, height, width, ((6, 60), (10, 120)))
        return board.transpose(1, 0, 2) * grain[..., None]
    if kind == 'concrete':
        stain = cloud_noise(rng, height, width, ((4, 5), (10, 12)))
        return flat * (1 + 0.08 * stain + 0.05 * fine)[..., None]
    if kind in ('grass', 'carpet'):
        return flat * (1 + (0.3 if kind == 'grass' else 0.12) * fine)[..., None]
    if kind == 'gravel':
        return flat * (1 + 0.22 * np.sign(fine) * np.sqrt(np.abs(fine)))[..., None]
    if kind == 'sand':
        rows = np.arange(height, dtype=np.float32)[:, None]
        bent = rows / 5 + 3 * cloud_noise(rng, height, width, ((3, 4), (6, 8)))
        return flat * (1 + 0.06 * np.sin(bent) + 0.07 * fine)[..., None]
    if kind == 'checker':
        y, x = np.arange(height)[:, None] // 16, np.arange(width)[None] // 16
        return flat * (0.86 + 0.28 * ((x + y) % 2) + 0.03 * fine).astype(np.float32)[..., None]
    return _masonry(rng, colour, height, width, 18.0, 18.0, 0.0, 0.3, 0.08)  # floor_tiles


def _lay(texture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Tilts a floor seen from above into perspective."""
    rows, columns = texture.shape[:2]
    inset = 0.2 * columns
    # The far edge shows the whole width, the near edge 60 % of it.
    source = np.float32([[0, 0], [columns, 0], [columns - inset, rows], [inset, rows]])
    target = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    matrix = cv2.getPerspectiveTransform(source, target)
    return cv2.warpPerspective(texture, matrix, (width, height), flags=cv2.INTER_LINEAR)


@dataclass(frozen=True)
class Setting:
    """Location of a scene: families and hues of its wall (or sky) and floor (or ground)."""

    wall: str
    floor: str
    wall_hue: float
    floor_hue: float

    @property
    def outdoors(self) -> bool:
        return self.wall in ('sky', 'dusk', 'hills')


def draw_setting(rng: np.random.Generator, split: str) -> Setting:
    """Draws a setting from those of ``split``."""
    wall, floor = FAMILIES[split][rng.integers(len(FAMILIES[split]))]
    return Setting(wall, floor, draw_held_out(rng, split, 0, 1), draw_held_out(rng, split, 0, 1))


def paint_background(
    rng: np.random.Generator, setting: Setting, size: int, horizon: float, light: float
) -> np.ndarray:
    """Paints an empty scene, (size, size, 3) float32 RGB; ``horizon`` is px from the top, and
    ``light`` falls from -1, the left, to 1, the right."""
    if setting.wall == 'texture':
        return paint_texture(rng, setting, size)
    wall_hue, floor_hue = setting.wall_hue, setting.floor_hue
    if setting.outdoors:
        wall_colour = hsv(wall_hue, 0.3, 0.82)
        floor_colour = hsv(floor_hue, rng.uniform(0.2, 0.4), rng.uniform(0.45, 0.6))
    else:
        wall_colour = hsv(wall_hue, rng.uniform(0.08, 0.38), rng.uniform(0.5, 0.8))
        floor_colour = hsv(floor_hue, rng.uniform(0.15, 0.45), rng.uniform(0.35, 0.62))

    top = round(horizon)
    wall = _wall(setting.wall, rng, wall_colour, top, size)
    floor = _lay(_floor(setting.floor, rng, floor_colour, 2 * (size - top), size), size - top, size)
    image = np.concatenate([wall, floor]).astype(np.float32)

    if not setting.outdoors:
        skirting = slice(max(top - 4, 0), top)
        image[skirting] = 0.6 * image[skirting] + 0.4 * hsv(wall_hue, 0.15, 0.85)
        image[top : top + 1] *= 0.6
    else:
        # Haze joins ground and sky.
        haze = np.linspace(0.35, 0, min(12, size - top), dtype=np.float32)[:, None, None]
        strip = image[top : top + len(haze)]
        image[top : top + len(haze)] = strip + haze * (image[top - 1].mean(0) - strip)

    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / (size - 1) - 0.5
    glow = 1 + 0.22 * light * x - 0.12 * y - 0.45 * (x**2 + y**2)
    return np.clip(image * glow[..., None], 0, 255)


def paint_texture(rng: np.random.Generator, setting: Setting, size: int) -> np.ndarray:
    """A frame full of clouds, leaves, boxes or boards; see :func:`paint_background`."""
    hues = setting.wall_hue + rng.normal(0, 0.1, 5)
    tones = [hsv(hue, rng.uniform(0, 0.7), rng.uniform(0.1, 0.95)) for hue in hues]
    octaves = tuple((n, n) for n in (2, 5, int(rng.integers(8, 20)), int(rng.integers(30, size))))
    share = np.clip(0.5 + 0.6 * cloud_noise(rng, size, size, octaves), 0, 1)[..., None]
    frame = np.ascontiguousarray(tones[0] * share + tones[1] * (1 - share), np.float32)
    kind = rng.integers(4)
    if kind:
        largest = log_uniform(rng, 3, 30)
        for _ in range(int(rng.integers(20, 400))):
            colour = tones[rng.integers(5)] * rng.uniform(0.5, 1.3)
            x, y = rng.uniform(0, size, 2)
            a, b = largest * rng.uniform(0.2, 1, 2)
            turn = rng.uniform(0, 360) if kind < 3 else 90.0 * int(rng.integers(2))
            if kind == 1:
                cv2.ellipse(frame, ((x, y), (a, b), turn), colour.tolist(), -1, cv2.LINE_AA)
            else:
                corners = cv2.boxPoints(((x, y), (a, 3 * b if kind == 3 else b), turn))
                cv2.fillPoly(frame, [np.int32(corners)], colour.tolist(), cv2.LINE_AA)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / (size - 1) - 0.5
    slope = rng.normal(0, 0.4, 2)
    return np.clip(frame * (1 + slope[0] * x + slope[1] * y)[..., None], 0, 255)

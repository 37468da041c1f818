"""Sprites: small shaded, antialiased images that the compositor moves about.

A canvas has its origin at the pivot of the part and is measured in scene px, y downwards.
"""

from dataclasses import dataclass

import cv2
import numpy as np

#: Sprite px per scene px: moving and turning them then costs no sharpness.
SPRITE_SCALE = 2
_SUBPIXEL_BITS = 4


@dataclass
class Sprite:
    """An image with a pivot."""

    rgba: np.ndarray  #: (h, w, 4) float32; RGB in [0, 255] multiplied by alpha in [0, 1]
    pivot: tuple[float, float]  #: sprite px
    hull: np.ndarray  #: (n, 2) convex hull of what is visible, scene px from the pivot


class Canvas:
    """Paints lit shapes onto a sprite.

    ``bounds`` are x0, y0, x1, y1 around the pivot, scene px; ``light`` is the side from which light
    falls: -1 left ... 1 right.
    """

    def __init__(self, bounds: tuple[float, float, float, float], light: float = 0.0) -> None:
        x0, y0, x1, y1 = bounds
        margin = 2.0
        self.origin = (SPRITE_SCALE * (margin - x0), SPRITE_SCALE * (margin - y0))
        width = int(np.ceil(SPRITE_SCALE * (x1 - x0 + 2 * margin)))
        height = int(np.ceil(SPRITE_SCALE * (y1 - y0 + 2 * margin)))
        self.rgba = np.zeros((height, width, 4), np.float32)
        direction = np.array([0.55 * light, -0.6, 0.75], np.float32)
        self.light = direction / np.linalg.norm(direction)

    def polygon(self, points, **material) -> None:
        """Fills a polygon of (x, y) points; ``material`` as in :meth:`_shade`."""
        mask = np.zeros(self.rgba.shape[:2], np.uint8)
        # OpenCV counts from the centre of a pixel, a canvas from its corner.
        pixels = np.asarray(points, float) * SPRITE_SCALE + self.origin - 0.5
        corners = np.rint(pixels * 2**_SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        self._shade(mask, **material)

    def ellipse(self, centre, radii, angle: float = 0.0, **material) -> None:
        """Fills an ellipse; ``angle`` in degrees."""
        steps = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        turn = np.deg2rad(angle)
        x, y = radii[0] * np.cos(steps), radii[1] * np.sin(steps)
        turned_x = x * np.cos(turn) - y * np.sin(turn)
        turned_y = x * np.sin(turn) + y * np.cos(turn)
        points = np.stack([turned_x, turned_y], 1) + np.asarray(centre, float)
        self.polygon(points, **material)

    def rectangle(self, x0, y0, x1, y1, corner: float = 0.0, **material) -> None:
        """Fills a rectangle with rounded corners."""
        corner = max(min(corner, (x1 - x0) / 2, (y1 - y0) / 2), 1e-3)
        steps = np.linspace(0, np.pi / 2, 5)
        right, bottom, left, top = x1 - corner, y1 - corner, x0 + corner, y0 + corner
        turn = steps + np.arange(4)[:, None] * np.pi / 2
        x = np.array([right, left, left, right])[:, None] + corner * np.cos(turn)
        y = np.array([bottom, bottom, top, top])[:, None] + corner * np.sin(turn)
        self.polygon(np.stack([x, y], axis=-1).reshape(-1, 2), **material)

    def capsule(self, start, stop, radius: float, **material) -> None:
        """Fills a thick line with round ends."""
        start, stop = np.asarray(start, float), np.asarray(stop, float)
        turn = np.arctan2(*(stop - start)[::-1]) + np.linspace(-np.pi / 2, np.pi / 2, 9)
        arc = radius * np.stack([np.cos(turn), np.sin(turn)], 1)
        self.polygon(np.concatenate([stop + arc, start - arc]), **material)

    def _shade(self, mask: np.ndarray, colour, bevel=3.0, gloss=0.15, inside=0.0) -> None:
        """Lights a mask, (h, w) uint8, as if its edge were rounded by ``bevel`` (scene px; 0 is
        flat), with a highlight of strength ``gloss``, and paints it over the canvas. With
        ``inside``, an opacity, it is flat, and only where something is painted already: stripes."""
        x, y, w, h = cv2.boundingRect(mask)
        # One px of rim, so that the edge has a slope outwards.
        area = (slice(max(y - 1, 0), y + h + 1), slice(max(x - 1, 0), x + w + 1))
        mask = mask[area]
        cover = mask.astype(np.float32) * ((inside or 1.0) / 255)
        target = self.rgba[area]
        if inside:
            cover *= target[..., 3]
        paint = np.broadcast_to(np.asarray(colour, np.float32), (*mask.shape, 3))
        if bevel and not inside:
            reach = float(bevel) * SPRITE_SCALE  # numpy floats would widen the arrays
            edge = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 5)
            slope = 1 - np.clip(edge / reach, 0, 1)
            surface = cv2.GaussianBlur(reach * np.sqrt(1 - slope**2), (0, 0), 1.2)
            normal_x = -cv2.Sobel(surface, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
            normal_y = -cv2.Sobel(surface, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
            length = np.sqrt(normal_x**2 + normal_y**2 + 1)
            facing = (normal_x * self.light[0] + normal_y * self.light[1] + self.light[2]) / length
            diffuse = 0.38 + 0.75 * np.clip(facing, 0, 1)
            highlight = 235 * gloss * np.clip(facing, 0, 1) ** 24
            paint = paint * diffuse[..., None] + highlight[..., None]
        cover = cover[..., None]
        target *= 1 - cover
        target[..., :3] += np.clip(paint, 0, 255) * cover
        target[..., 3:] += cover

    def mottle(self, rng: np.random.Generator, strength: float = 0.08) -> None:
        """Varies the brightness of what is painted, as wear and grain do."""
        h, w = self.rgba.shape[:2]
        grid = rng.uniform(-1, 1, (max(h // 6, 2), max(w // 6, 2))).astype(np.float32)
        grain = cv2.resize(grid, (w, h), interpolation=cv2.INTER_LINEAR)
        self.rgba[..., :3] *= (1 + strength * grain)[..., None]
        np.minimum(self.rgba[..., :3], 255 * self.rgba[..., 3:], out=self.rgba[..., :3])

    def finish(self) -> Sprite:
        """Returns the sprite, cut to what is painted."""
        x, y, w, h = cv2.boundingRect((self.rgba[..., 3] > 0).astype(np.uint8))
        rgba = np.ascontiguousarray(self.rgba[y : y + h, x : x + w])
        pivot = (self.origin[0] - x, self.origin[1] - y)
        visible = cv2.findNonZero((rgba[..., 3] > 0.5).astype(np.uint8))
        hull = cv2.convexHull(visible)[:, 0].astype(float) + 0.5
        return Sprite(rgba, pivot, (hull - pivot) / SPRITE_SCALE)


def soft_shadow(radius_x: float, radius_y: float, darkness: float = 0.42) -> Sprite:
    """A blurred dark ellipse for the ground beneath an object; radii in scene px."""
    canvas = Canvas((-radius_x * 1.4, -radius_y * 2, radius_x * 1.4, radius_y * 2))
    canvas.ellipse((0, 0), (radius_x, radius_y), colour=(0, 0, 0), bevel=0)
    canvas.rgba[..., 3] = darkness * cv2.GaussianBlur(
        canvas.rgba[..., 3], (0, 0), max(0.5 * SPRITE_SCALE * radius_y, 0.8)
    )
    return Sprite(canvas.rgba, canvas.origin, np.zeros((1, 2)))

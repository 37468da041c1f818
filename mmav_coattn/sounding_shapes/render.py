"""Frames and audio of a scene."""

from collections.abc import Iterator

import cv2
import numpy as np

from .actors import WOOD, Stage
from .backgrounds import hsv, paint_background
from .scene import Scene
from .sounds import mix, synthesise
from .spec import CLIP_FORMAT, clip_rngs
from .sprites import SPRITE_SCALE, Canvas, Sprite, soft_shadow

#: Rim around the background, px, into which the camera's jitter may look.
RIM = 6


def place(sprite: Sprite, poses: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a sprite comes to lie; for all frames at once, which is what makes drawing cheap.

    Returns (T, 2, 3) matrices from sprite px to px of the area, and the areas (T, 4) within the
    frame: x0, y0, x1, y1, empty (x0 >= x1 or y0 >= y1) outside.
    """
    x, y, angle, scale_x, scale_y = poses.T
    cos, sin = np.cos(angle) / SPRITE_SCALE, np.sin(angle) / SPRITE_SCALE
    linear = np.stack([cos * scale_x, -sin * scale_y, sin * scale_x, cos * scale_y], axis=1)
    linear = linear.reshape(-1, 2, 2)
    shift = np.stack([x, y], axis=1) - linear @ np.array(sprite.pivot)
    height, width = sprite.rgba.shape[:2]
    corners = np.array([[0, width, 0, width], [0, 0, height, height]], float)
    placed = linear @ corners + shift[:, :, None]
    low = np.maximum(np.floor(placed.min(2)).astype(int), 0)
    high = np.minimum(np.ceil(placed.max(2)).astype(int), size)
    # The centre of pixel i lies at i + 0.5 in either image.
    offset = shift - low + linear @ np.array([0.5, 0.5]) - 0.5
    return np.concatenate([linear, offset[:, :, None]], axis=2), np.concatenate([low, high], 1)


def composite(image: np.ndarray, sprite: Sprite, matrix: np.ndarray, area) -> None:
    """Draws a sprite into ``image`` (size, size, 3) float32, in place; see :func:`place`."""
    x0, y0, x1, y1 = area
    if x0 >= x1 or y0 >= y1:
        return
    patch = cv2.warpAffine(sprite.rgba, matrix, (int(x1 - x0), int(y1 - y0)))
    view = image[y0:y1, x0:x1]
    view *= 1 - patch[..., 3:]
    view += patch[..., :3]


def draw_once(image: np.ndarray, sprite: Sprite, pose: np.ndarray) -> None:
    """Draws a sprite at one pose (5,)."""
    matrices, areas = place(sprite, pose[None], len(image))
    composite(image, sprite, matrices[0], areas[0])


def _shelf(stage: Stage, colour: np.ndarray, light: float, legs: float) -> Sprite:
    """A plank beneath a raised stage, with brackets, or outdoors with legs ``legs`` px long."""
    half = 0.54 * stage.width
    canvas = Canvas((-half, 0, half, max(legs, 10)), light)
    for side in (-1, 1):
        x = 0.8 * side * half
        if legs:
            canvas.rectangle(x - 1.7, 2, x + 1.7, legs, colour=0.8 * colour, bevel=1.5)
        else:
            canvas.polygon([(x, 3), (x - 4 * side, 3), (x, 9)], colour=0.7 * colour, bevel=1)
    canvas.rectangle(-half, 0, half, 4, 0.8, colour=colour, bevel=1.2)
    return canvas.finish()


def paint_stage_set(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Background with shelves and all parts that never move; (size + 2 RIM,)*2 + (3,)."""
    size = CLIP_FORMAT.size + 2 * RIM
    image = paint_background(rng, scene.setting, size, scene.horizon + RIM, scene.light)
    colour = 0.75 * WOOD + 0.25 * hsv(scene.setting.floor_hue, 0.4, 0.7)
    for stage in scene.shelves:
        legs = scene.horizon + 8 - stage.ground if scene.setting.outdoors else 0
        where = np.array([stage.centre + RIM, stage.ground + RIM, 0, 1, 1])
        shade = soft_shadow(0.5 * stage.width, 4.0, 0.3)
        fall = np.array([-4 * scene.light, 8.0 + legs, 0, 0, 0])
        draw_once(image, shade, where + fall)
        draw_once(image, _shelf(stage, colour, scene.light, legs), where)
    for item in scene.objects:
        for part in item.parts:
            if part.is_static:
                draw_once(image, part.sprite, part.pose[0] + (RIM, RIM, 0, 0, 0))
    return image


def render_frames(scene: Scene, seed: int) -> Iterator[np.ndarray]:
    """Yields the frames of a scene of a set of ``seed``: (size, size, 3) uint8 RGB."""
    _, rng, _ = clip_rngs(seed, scene.tier, scene.split, scene.index)
    size = CLIP_FORMAT.size
    stage_set = paint_stage_set(scene, rng)
    # Fresh noise for every pixel would cost more than all else; random windows of one large
    # field look the same.
    field = rng.standard_normal((2 * size, 2 * size, 3), dtype=np.float32) * scene.image_noise
    windows = rng.integers(0, size, (CLIP_FORMAT.num_frames, 2))
    count = scene.exposures
    jitter = np.pad(scene.camera, ((0, 0), (0, 3)))
    moving = [
        (part.sprite, *place(part.sprite, part.pose + jitter, size))
        for item in scene.objects
        for part in item.parts
        if not part.is_static
    ]
    for frame in range(CLIP_FORMAT.num_frames):
        exposed = []
        for each in range(frame * count, (frame + 1) * count):
            dx, dy = scene.camera[each]
            view = np.array([[1, 0, dx - RIM], [0, 1, dy - RIM]])
            image = cv2.warpAffine(stage_set, view, (size, size))
            for sprite, matrices, areas in moving:
                composite(image, sprite, matrices[each], areas[each])
            exposed.append(image)
        image = exposed[0] if count == 1 else np.mean(exposed, axis=0)
        row, column = windows[frame]
        image += field[row : row + size, column : column + size]
        yield cv2.convertScaleAbs(np.maximum(image, 0))


def render_audio(scene: Scene, seed: int, start: int, stop: int) -> np.ndarray:
    """Waveform (stop - start,) of a scene of a set of ``seed``, float32 in [-1, 1].

    Sample 0 is at the time of the first frame; negative ones lie before it.
    """
    _, _, rng = clip_rngs(seed, scene.tier, scene.split, scene.index)
    return mix(_sounds(scene, rng, start, stop), scene.audio_noise_db, rng, scene.peak)


def render_solos(scene: Scene, seed: int, start: int, stop: int) -> np.ndarray:
    """What each source contributes to :func:`render_audio`, but for one gain of all of them;
    (sources, stop - start) float64."""
    _, _, rng = clip_rngs(seed, scene.tier, scene.split, scene.index)
    return np.array(_sounds(scene, rng, start, stop)[: len(scene.gains)])


def _sounds(scene: Scene, rng: np.random.Generator, start: int, stop: int) -> list[np.ndarray]:
    """Waveforms of the sources, then of what is off screen."""
    # All of the warm-up is synthesised, so that sounds begun before `start` still decay in it.
    first = -round(CLIP_FORMAT.warmup * CLIP_FORMAT.sample_rate)
    times = np.arange(first, stop) / CLIP_FORMAT.sample_rate
    sources = [(item.motion, item.timbre) for item in scene.objects if item.sounding]
    heard = [(*source, gain) for source, gain in zip(sources, scene.gains, strict=True)]
    return [
        gain * synthesise(times, motion, timbre, rng)[start - first :]
        for motion, timbre, gain in heard + scene.off_screen
    ]

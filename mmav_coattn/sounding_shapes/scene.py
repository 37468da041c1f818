"""Scenes: which objects, where, how they move and which of them sound; and the annotation.

A scene follows from (seed, tier, split, index) alone. It is cheap: nothing is rendered here.
"""

from dataclasses import dataclass, field

import numpy as np

from .actors import BUILDERS, Part, Stage, draw_look
from .backgrounds import Setting, draw_setting
from .motions import MOTIONS, Motion, simulation_clock, wander
from .sounds import Timbre, draw_timbre
from .spec import CLASSES, CLIP_FORMAT, TIERS, clip_rngs, tier_classes


@dataclass
class SceneObject:
    """One object. ``timbre`` is None where the object is silent."""

    motion_class: str
    stage: Stage
    motion: Motion
    parts: list[Part]
    timbre: Timbre | None

    @property
    def sounding(self) -> bool:
        return self.timbre is not None


@dataclass
class Scene:
    """Everything about a clip but its pixels and samples."""

    tier: str
    split: str
    index: int
    objects: list[SceneObject]  #: sources first
    setting: Setting  #: background
    horizon: float  #: border of wall and floor, px from the top
    light: float  #: side of the light, -1 left ... 1 right
    shelves: list[Stage]  #: stages that have a shelf beneath
    camera: np.ndarray  #: (T, 2) offset of the frame by the jitter of the camera, px
    image_noise: float  #: standard deviation of the sensor noise, grey levels
    audio_noise_db: float  #: room noise relative to the sources' RMS, dB
    gains: list[float]  #: amplitude of each source
    peak: float  #: largest sample of the waveform
    exposures: int = 1  #: poses (and camera offsets) of a frame, over which it is averaged
    #: sounds from outside the frame, and their amplitudes against the sources
    off_screen: list[tuple[Motion, Timbre, float]] = field(default_factory=list)


def _stages(rng: np.random.Generator, count: int, size: int, grid: int) -> list[Stage]:
    """Places ``count`` stages without overlap; all but the lowest row are raised."""
    if count == 1 and grid == 2:
        side = rng.uniform(0.56, 0.7) * size
        centre = rng.uniform(0.5 * side + 3, size - 0.5 * side - 3)
        return [Stage(centre, rng.uniform(0.8, 0.96) * size, side, side)]
    stages = []
    for cell in rng.permutation(grid**2)[:count]:
        row, column = divmod(int(cell), grid)
        if grid == 2:
            side = rng.uniform(0.4, 0.425) * size
            centre = (0.26 + 0.48 * column + rng.uniform(-0.015, 0.015)) * size
            ground = rng.uniform(*((0.445, 0.46), (0.925, 0.96))[row]) * size
        else:
            side = rng.uniform(0.265, 0.285) * size
            centre = (0.175 + 0.325 * column + rng.uniform(-0.01, 0.01)) * size
            ground = (0.31 + 0.32 * row + rng.uniform(-0.01, 0.01)) * size
        stages.append(Stage(centre, ground, 1.05 * side, side, row < grid - 1))
    return stages


def _path(rng: np.random.Generator, stage: Stage, times: np.ndarray, size: int) -> np.ndarray:
    """Way of an object through the frame: (T, 5) to add to its poses, smooth, never at rest."""
    low = np.array([0.5 * stage.width, stage.height])
    high = np.array([size - 0.5 * stage.width, 0.97 * size])
    spots = [rng.uniform(low, high)]
    while len(spots) < 4:
        # A leg takes 1.3 to 2.7 s, so that speeds are 0.1 to 0.5 of the frame a second.
        spot = rng.uniform(low, high)
        if 0.25 * size < np.hypot(*(spot - spots[-1])) < 0.6 * size:
            spots.append(spot)
    knots = np.cumsum([times[0] - rng.uniform(0.3, 1.0), *rng.uniform(1.3, 2.7, 3)])
    from scipy.interpolate import PchipInterpolator  # here, as importing it takes a while

    knots[-1] = max(knots[-1], times[-1] + 0.05)
    way = PchipInterpolator(knots, np.array(spots))(times) - (stage.centre, stage.ground)
    return np.pad(way, ((0, 0), (0, 3)))


def _pick_classes(rng: np.random.Generator, tier: str, index: int) -> list[str]:
    """Classes of all objects, sources first; the first goes round, so that labels balance."""
    rule = TIERS[tier]
    first = CLASSES[index % len(CLASSES)]
    others = [name for name in CLASSES if name != first]
    sources = [first, *rng.choice(others, rule.num_sources - 1, replace=False)]
    silent = rng.integers(rule.num_silent[0], rule.num_silent[1] + 1)
    distractors = [first] * silent if rule.same_class else list(rng.choice(CLASSES, silent))
    return [str(name) for name in sources + distractors]


def build_scene(seed: int, tier: str, split: str, index: int) -> Scene:
    """Draws the scene of clip ``index`` of a split, the same for the same arguments."""
    rng, _, _ = clip_rngs(seed, tier, split, index)
    rule, size = TIERS[tier], CLIP_FORMAT.size
    names = _pick_classes(rng, tier, index)
    stages = _stages(rng, len(names), size, rule.grid)
    light = rng.uniform(-1, 1)
    times, clock = np.arange(CLIP_FORMAT.num_frames) / CLIP_FORMAT.fps, simulation_clock()
    objects = []
    for number, (name, stage) in enumerate(zip(names, stages, strict=True)):
        # Silent objects draw a timbre, too, and drop it: sounding must leave no trace in what
        # the random stream gives the objects after it.
        timbre = draw_timbre(rng, split, name)
        look = draw_look(rng, split, light)
        motion = MOTIONS[name](rng, clock)
        parts = BUILDERS[name](stage, look, motion, times, rng)
        if rule.travel:
            path = _path(rng, stage, times, size)
            parts = [Part(part.sprite, part.pose + path, part.boxed) for part in parts]
        heard = timbre if number < rule.num_sources else None
        objects.append(SceneObject(name, stage, motion, parts, heard))
    jitter = rng.uniform(0.4, 1.3)
    return Scene(
        tier=tier, split=split, index=index, objects=objects, light=light,
        setting=draw_setting(rng, split),
        horizon=rng.uniform(0.56, 0.72) * size,
        shelves=[stage for stage in stages if stage.raised and not rule.travel],
        camera=jitter * np.stack([wander(rng, times, 0.25), wander(rng, times, 0.25)], axis=1),
        image_noise=rng.uniform(*rule.image_noise),
        audio_noise_db=rng.uniform(*rule.audio_noise_db),
        gains=[float(10 ** rng.uniform(-0.12, 0.12)) for _ in range(rule.num_sources)],
        peak=rng.uniform(0.35, 0.85),
    )  # fmt: skip


def object_boxes(scene: Scene, item: SceneObject) -> np.ndarray:
    """Boxes of an object: (T, 4) x0, y0, x1, y1 as fractions of the frame.

    A box covers the moving part that makes the sound and what it hits, not stands and sleeves.
    """
    lows, highs = [], []
    for part in [part for part in item.parts if part.boxed]:
        x, y, angle, scale_x, scale_y = part.pose.T[..., None]
        px, py = part.sprite.hull[:, 0] * scale_x, part.sprite.hull[:, 1] * scale_y
        turned_x = x + px * np.cos(angle) - py * np.sin(angle)
        turned_y = y + px * np.sin(angle) + py * np.cos(angle)
        points = np.stack([turned_x, turned_y], axis=-1) + scene.camera[:, None]
        lows.append(points.min(1))
        highs.append(points.max(1))
    boxes = np.concatenate([np.min(lows, 0), np.max(highs, 0)], axis=1) / CLIP_FORMAT.size
    return np.clip(boxes[:: scene.exposures], 0, 1)


def annotate(scene: Scene, path: str) -> dict:
    """Annotation of the clip ``path``, ready for JSON.

    It has ``path``, ``tier``, ``label``, ``classes`` (of the sources), ``objects``, ``fps``,
    ``num_frames``, ``duration`` (s) and ``sample_rate`` (Hz); each object has ``class``, ``label``,
    ``sounding``, ``boxes`` ((T, 4), see :func:`object_boxes`) and ``events`` (s; impacts or, for
    continuous sounds, the peaks of the motion).
    """
    objects = []
    for item in scene.objects:
        label = tier_classes(scene.tier).index(item.motion_class)
        events = [round(t, 4) for t in item.motion.events.tolist() if 0 <= t < CLIP_FORMAT.duration]
        boxes = [[round(v, 3) for v in box] for box in object_boxes(scene, item).tolist()]
        note = dict(label=label, sounding=item.sounding, events=events, boxes=boxes)
        objects.append({'class': item.motion_class, **note})
    clip = {x: getattr(CLIP_FORMAT, x) for x in ('fps', 'num_frames', 'duration', 'sample_rate')}
    classes = [item.motion_class for item in scene.objects if item.sounding]
    label = objects[0]['label']
    return dict(path=path, tier=scene.tier, label=label, classes=classes, objects=objects, **clip)

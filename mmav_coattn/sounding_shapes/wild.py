"""The `wild` tier: scenes drawn at random in all that real videos vary.

The other tiers ask one question at a time; this one is for training networks that meet real videos.
Objects have any size, texture and place, come in from outside the frame, are blurred by their
motion, move over any background before a camera that bobs; sounds are drawn from wider families,
among them bursts of noise, plucked and bowed strings and growls, beside sounds from outside the
frame. One rule stays: what is heard of an object follows from how it moves.
"""

import numpy as np

from .actors import DARK, METAL, WOOD, Part, Stage, pose
from .backgrounds import FAMILIES, Setting, hsv
from .holdout import draw_held_out, draw_held_out_log
from .motions import (
    Motion,
    draw_intervals,
    draw_strokes,
    draw_syllables,
    log_uniform,
    min_jerk,
    shake,
    simulation_clock,
    spin,
    wander,
)
from .scene import Scene, SceneObject, build_scene
from .sounds import MATERIALS, Timbre
from .spec import CLIP_FORMAT, clip_rngs
from .sprites import Canvas, Sprite

#: Poses of a frame over which it is averaged: moving objects are blurred.
EXPOSURES = 3
#: Part of the time between two frames during which the shutter is open.
SHUTTER = 0.7


def _hits(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Something is raised and comes down: sticks, hammers, hands, feet."""
    shortest = log_uniform(rng, 0.16, 0.6)
    longest = shortest * rng.uniform(1.6, 5.0)
    events, index, since, length = draw_intervals(rng, times, shortest, longest)
    gaps = np.diff(events)
    fall = np.minimum(rng.uniform(0.07, 0.2), 0.5 * gaps)[index]
    height = rng.uniform(0.3, 1.0, len(gaps)) * np.minimum(1, gaps / 0.35)
    rise = np.minimum(gaps - fall.min(), rng.uniform(0.15, 0.5))[index]
    raised = height[index] * min_jerk(since / np.maximum(np.minimum(rise, length - fall), 0.03))
    fallen = np.clip((since - (length - fall)) / fall, 0, 1)
    lift = raised * (1 - fallen ** rng.uniform(1.5, 2.5))
    # Where it comes down, which changes from time to time.
    goals = rng.uniform(-1, 1, (2, len(events))) * rng.uniform(0, 1)
    along, across = (
        goal[index] + (goal[index + 1] - goal[index]) * min_jerk(since / length) for goal in goals
    )
    strengths = np.concatenate([[0.5], height])
    return Motion(times, dict(lift=lift, along=along, across=across), events, strengths=strengths)


def _flights(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Flights between landings: balls, hops, hoofs."""
    shortest = rng.uniform(0.2, 0.45)
    longest = shortest * rng.uniform(1.5, 3)
    events, _, since, length = draw_intervals(rng, times, shortest, longest)
    u = since / length
    lift = 4 * u * (1 - u) * np.minimum(length / 0.8, 1) ** 2
    incoming = np.minimum(np.concatenate([[0.5], np.diff(events) / 0.8]), 1)
    return Motion(times, dict(lift=lift, along=wander(rng, times)), events, strengths=incoming)


def _slides(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Strokes to and fro: bows, saws, brushes, knives."""
    shortest = log_uniform(rng, 0.15, 0.5)
    durations, pause = (shortest, shortest * rng.uniform(1.5, 3)), rng.uniform(0, 0.7)
    strokes = draw_strokes(rng, times, durations, (0.3, 1.0), pause, (0.1, 0.6))
    starts, lengths, position = strokes
    speed = np.abs(np.gradient(position, times))
    drive = np.clip(speed / np.quantile(speed, 0.98), 0, 1) ** rng.uniform(0.6, 1.2)
    curves = dict(position=position, across=wander(rng, times))
    return Motion(times, curves, starts + lengths / 2, drive=drive)


def _plucks(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Strokes across strings, which sound when they are passed."""
    motion = _slides(rng, times)
    speed = np.abs(np.gradient(motion.curves['position'], times))
    peaks = np.interp(motion.events, times, speed)
    strengths = np.clip(peaks / max(peaks.max(), 1e-6), 0.1, 1)
    return Motion(times, motion.curves, motion.events, strengths=strengths)


def _calls(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A mouth opens for calls or syllables; the head moves with it."""
    shortest = log_uniform(rng, 0.1, 0.4)
    opening, vowel, events = draw_syllables(
        rng, times, int(rng.integers(1, 6)), (1, 2.5), 0.1, (0.15, 0.9),
        softest=0.4, unit=shortest, skew=0.8, power=1.2,
    )  # fmt: skip
    nod = rng.uniform(0, 0.4)
    curves = dict(
        opening=opening, vowel=vowel, lift=nod * opening, along=wander(rng, times, 0.15),
        across=wander(rng, times, 0.15),
    )  # fmt: skip
    return Motion(times, curves, events, drive=opening)


def _shots(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Sudden jerks that fade: recoil, slams, barks."""
    shortest = log_uniform(rng, 0.12, 0.9)
    longest = shortest * rng.uniform(1.3, 3)
    events, index, since, _ = draw_intervals(rng, times, shortest, longest)
    strengths = rng.uniform(0.5, 1.0, len(events))
    decay = rng.uniform(0.04, 0.15)
    jerk = strengths[index] * np.exp(-since / decay) * np.clip(since / 0.012, 0, 1)
    flash = (since < 0.07).astype(float)
    curves = dict(lift=jerk, flash=flash, along=wander(rng, times, 0.1))
    return Motion(times, curves, events, strengths=strengths)


#: Motions, the sound families each may have, and how it looks.
KINDS = dict(
    stick=(_hits, ('burst', 'impact'), 'arm'),
    step=(_hits, ('burst', 'impact'), 'blob'),
    hop=(_flights, ('burst', 'impact'), 'blob'),
    bow=(_slides, ('friction', 'tone'), 'arm'),
    rub=(_slides, ('friction', 'tone'), 'blob'),
    pluck=(_plucks, ('pluck', 'impact'), 'arm'),
    strum=(_plucks, ('pluck',), 'blob'),
    call=(_calls, ('voice', 'growl', 'tone'), 'mouth'),
    shot=(_shots, ('burst', 'impact'), 'blob'),
    clap=(_hits, ('burst', 'impact'), 'pair'),
    shake=(shake, ('rattle',), 'blob'),
    turn=(spin, ('whirr',), 'rotor'),
)
#: Lowest and highest of each family's pitch-like parameter, Hz.
PITCHES = dict(
    impact=(120, 2500), burst=(200, 5000), friction=(500, 4500), rattle=(1500, 6000),
    whirr=(60, 600), voice=(80, 420), growl=(60, 300), tone=(110, 1200), pluck=(70, 900),
)  # fmt: skip
#: Shortest and longest decay, s, of the families that are not like the others.
DECAYS = dict(impact=(0.01, 0.25), burst=(0.008, 0.15), pluck=(0.08, 0.6))


def _draw_kind(rng, split: str, name: str, clock: np.ndarray) -> tuple[Motion, Timbre, str]:
    """Motion, timbre and look of a kind; pitches and materials of the splits are disjoint."""
    simulate, families, look = KINDS[name]
    motion, family = simulate(rng, clock), str(rng.choice(families))
    modes = MATERIALS[split][str(rng.choice(list(MATERIALS[split])))][0]
    if family == 'pluck':
        modes = tuple(float(n) for n in range(1, 9))
    pitch = draw_held_out_log(rng, split, *PITCHES[family])
    decay = float(log_uniform(rng, *DECAYS.get(family, (0.02, 0.1))))
    timbre = Timbre(family, pitch, modes, decay, rng.uniform(0.1, 1.0), rng.uniform(0.1, 0.9))
    return motion, timbre, look


def _colour(rng: np.random.Generator, split: str) -> np.ndarray:
    if rng.random() < 0.35:  # skin, wood, metal, dark cloth
        skin = hsv(rng.uniform(0.03, 0.1), rng.uniform(0.2, 0.6), rng.uniform(0.3, 0.95))
        return (skin, WOOD, METAL, DARK)[rng.integers(4)] * rng.uniform(0.7, 1.2)
    return hsv(draw_held_out(rng, split, 0, 1), rng.uniform(0, 0.9), rng.uniform(0.2, 1.0))


def _blob(rng: np.random.Generator, radius: float, stretch: float) -> np.ndarray:
    """Corners (n, 2) of a random rounded shape."""
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    waves = (rng.normal(0, 0.16 / k) * np.cos(k * turn + rng.uniform(0, 6.28)) for k in range(2, 6))
    reach = radius * (1 + sum(waves))
    return np.stack([reach * np.cos(turn) * stretch, reach * np.sin(turn) / stretch], axis=1)


def _paint(rng: np.random.Generator, split: str, canvas: Canvas, points: np.ndarray) -> None:
    """A body with spots or stripes."""
    span = float(np.ptp(points, axis=0).max())
    canvas.polygon(points, colour=_colour(rng, split), bevel=rng.uniform(0, 0.3) * span)
    for _ in range(rng.integers(0, 6)):
        place = points.mean(0) + rng.uniform(-0.4, 0.4, 2) * np.ptp(points, axis=0)
        radii = span * rng.uniform(0.03, 0.25, 2)
        turn, colour = rng.uniform(0, 180), _colour(rng, split)
        canvas.ellipse(place, radii, turn, colour=colour, inside=rng.uniform(0.4, 1))
    canvas.mottle(rng, rng.uniform(0.02, 0.3))


def _body(rng: np.random.Generator, split: str, radius: float, light: float) -> Sprite:
    canvas = Canvas((-2 * radius, -2 * radius, 2 * radius, 2 * radius), light)
    _paint(rng, split, canvas, _blob(rng, radius, np.exp(rng.uniform(-0.4, 0.4))))
    return canvas.finish()


def _arm(rng: np.random.Generator, split: str, length: float, light: float) -> Sprite:
    """Forearm, hand and a stick, bow or tool; the pivot is the tip, the arm lies along +x."""
    thick = length * rng.uniform(0.06, 0.16)
    tool = length * rng.uniform(0.0, 0.65)
    canvas = Canvas((-2 * thick, -2.5 * thick, 1.1 * length, 2.5 * thick), light)
    if tool > thick:
        radius = length * rng.uniform(0.012, 0.04)
        canvas.capsule((0, 0), (tool, 0), radius, colour=_colour(rng, split), bevel=1.0)
        if rng.random() < 0.3:  # the head of a hammer
            canvas.rectangle(-thick, -1.6 * thick, thick, thick, 1.0, colour=_colour(rng, split))
    canvas.capsule((tool, 0), (1.05 * length, 0), thick, colour=_colour(rng, split), bevel=thick)
    hand = _blob(rng, 1.3 * thick, 1.1) + [tool, 0]
    canvas.polygon(hand, colour=_colour(rng, split), bevel=0.7 * thick)
    canvas.mottle(rng, rng.uniform(0.02, 0.25))
    return canvas.finish()


def _mouth(rng: np.random.Generator, split: str, radius: float, light: float) -> list[Sprite]:
    """A head, and the dark inside of its mouth with teeth or tongue."""
    head = Canvas((-1.9 * radius, -1.9 * radius, 1.9 * radius, 1.9 * radius), light)
    _paint(rng, split, head, _blob(rng, radius, np.exp(rng.uniform(-0.25, 0.25))))
    for side in (-1, 1):
        eye = (0.38 * side * radius, -0.3 * radius)
        head.ellipse(eye, (0.1 * radius, 0.08 * radius), colour=DARK, bevel=0)
    width = radius * rng.uniform(0.2, 0.5)
    hole = Canvas((-1.2 * width, -width, 1.2 * width, width), light)
    hole.ellipse((0, 0), (width, 0.8 * width), colour=DARK * rng.uniform(0.4, 1.4), bevel=0)
    if rng.random() < 0.5:
        hole.ellipse((0, 0.4 * width), (0.6 * width, 0.35 * width), colour=(180, 80, 80), inside=1)
    if rng.random() < 0.5:
        teeth = (-0.7 * width, -0.8 * width, 0.7 * width, -0.5 * width)
        hole.rectangle(*teeth, colour=(225, 222, 210), inside=1)
    return [head.finish(), hole.finish()]


def _parts(rng, split, look, motion, size, times, light, centre) -> list[Part]:
    """Sprites of an object and their poses; ``size`` is about its radius, px."""
    slides = 'position' in motion.curves
    along = motion.at('position' if slides else 'along', times)
    lift, across = motion.at('lift', times), motion.at('across', times)
    heading = rng.uniform(0, 2 * np.pi)
    unit = np.array([np.cos(heading), np.sin(heading)])
    normal = np.array([-unit[1], unit[0]])
    reach = size * rng.uniform(0.25, 0.9)
    if look == 'arm':
        length = size * rng.uniform(2.0, 3.5)
        sprite = _arm(rng, split, length, light)
        stroke = 0.3 * along[:, None] * normal + 0.2 * across[:, None] * unit
        tip = centre + reach * (1.6 * along[:, None] * unit if slides else stroke)
        # The arm turns about its far end while the tip is raised.
        raised = rng.choice([-1, 1]) * lift * rng.uniform(0.25, 0.9)
        turned = heading + raised + 0.06 * across
        far_x, far_y = (tip + length * unit).T
        x, y = far_x - length * np.cos(turned), far_y - length * np.sin(turned)
        return [Part(sprite, pose(x, y, turned))]
    if look == 'mouth':
        head, hole = _mouth(rng, split, size, light)
        x = centre[0] + 0.15 * size * along
        y = centre[1] + 0.15 * size * across - size * lift
        tilt = 0.1 * along - rng.choice([-1, 1]) * 0.5 * lift
        opening = 0.06 + motion.at('opening', times)
        down = 0.35 * size
        hole_x, hole_y = x - down * np.sin(tilt), y + down * np.cos(tilt)
        return [Part(head, pose(x, y, tilt)),
                Part(hole, pose(hole_x, hole_y, tilt, 0.8 + 0.2 * opening, opening))]  # fmt: skip
    if look == 'rotor':
        canvas = Canvas((-1.2 * size, -1.2 * size, 1.2 * size, 1.2 * size), light)
        blades = rng.integers(1, 5)
        for k in range(blades):
            end = size * np.array([np.cos(6.283 * k / blades), np.sin(6.283 * k / blades)])
            canvas.capsule((0, 0), end, size * rng.uniform(0.1, 0.25), colour=_colour(rng, split))
        return [Part(canvas.finish(), pose(*centre, 2 * np.pi * motion.at('turn', times)))]
    travel = (lift * rng.choice([-1.0, 1.0]))[:, None] * unit
    place = reach * (travel + 0.5 * along[:, None] * normal + 0.2 * across[:, None] * unit)
    if look == 'pair':
        bodies = [_body(rng, split, size * rng.uniform(0.4, 0.8), light) for _ in range(2)]
        gap = 0.5 * size * unit
        return [Part(body, pose(*(centre + side * (gap + reach * lift[:, None] * unit)).T))
                for body, side in zip(bodies, (-1, 1), strict=True)]  # fmt: skip
    if slides:
        place = reach * along[:, None] * unit
    tilt = rng.normal(0, 0.3) * lift + 0.1 * along
    path = centre + place
    parts = [Part(_body(rng, split, size, light), pose(*path.T, tilt))]
    if 'flash' in motion.curves and rng.random() < 0.5:
        canvas = Canvas((-size, -size, size, size), 0)
        canvas.polygon(_blob(rng, 0.6 * size, 1.0), colour=(255, 240, 200), bevel=0)
        scale = np.maximum(motion.at('flash', times), 1e-3)
        parts.append(Part(canvas.finish(), pose(*(path + size * unit).T, 0, scale, scale), False))
    return parts


def build_wild_scene(seed: int, tier: str, split: str, index: int) -> Scene:
    """Draws the scene of one clip; see :func:`~.scene.build_scene`."""
    rng, _, _ = clip_rngs(seed, tier, split, index)
    size = CLIP_FORMAT.size
    clock = simulation_clock()
    open_for = SHUTTER * np.arange(EXPOSURES) / EXPOSURES
    times = ((np.arange(CLIP_FORMAT.num_frames)[:, None] + open_for) / CLIP_FORMAT.fps).ravel()
    names = list(KINDS)
    first = names[index % len(names)]
    silent = rng.choice([0, 0, 1, 1, 2, 3])
    # Half of the silent objects are look-alikes.
    others = [first if rng.random() < 0.5 else str(rng.choice(names)) for _ in range(silent)]
    light = rng.uniform(-1, 1)
    objects, large = [], log_uniform(rng, 13, 55)
    centres = _centres(rng, 1 + silent, size)
    for number, (name, centre) in enumerate(zip([first, *others], centres, strict=True)):
        motion, timbre, look = _draw_kind(rng, split, name, clock)
        radius = large * np.exp(rng.uniform(-0.3, 0.3)) / (1 + 0.25 * silent)
        parts = _parts(rng, split, look, motion, radius, times, light, centre)
        stage = Stage(*centre, radius, radius)
        objects.append(SceneObject(name, stage, motion, parts, None if number else timbre))
    # The nearest is drawn last.
    camera = rng.uniform(0.2, 1.5) * np.stack([wander(rng, times, 0.3), wander(rng, times, 0.3)], 1)
    if first in ('step', 'hop') and rng.random() < 0.3:  # whoever walks holds the camera
        camera[:, 1] += 4 * (objects[0].motion.at('lift', times) - 0.5)
    off_screen = []
    if rng.random() < 0.5:
        motion, timbre, _ = _draw_kind(rng, split, str(rng.choice(names)), clock)
        off_screen.append((motion, timbre, 10 ** (rng.uniform(-24, -6) / 20)))
    wall, floor = FAMILIES[split][rng.integers(len(FAMILIES[split]))]
    hues = draw_held_out(rng, split, 0, 1), draw_held_out(rng, split, 0, 1)
    setting = Setting(wall if rng.random() < 0.3 else 'texture', floor, *hues)
    return Scene(
        tier=tier, split=split, index=index, objects=objects, setting=setting,
        horizon=rng.uniform(0.3, 0.8) * size, light=light, shelves=[], camera=camera,
        image_noise=log_uniform(rng, 1, 9),
        audio_noise_db=rng.uniform(-40, -8), gains=[1.0], peak=rng.uniform(0.15, 0.9),
        exposures=EXPOSURES, off_screen=off_screen,
    )  # fmt: skip


def _centres(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Centres (count, 2), px, as far apart as the best of some draws."""
    best, widest = None, -1.0
    for _ in range(12):
        drawn = rng.uniform(0.2, 0.8, (count, 2)) * size
        apart = np.linalg.norm(drawn[:, None] - drawn[None], axis=-1) + size * np.eye(count)
        if apart.min() > widest:
            best, widest = drawn, apart.min()
    return best


def draw_scene(seed: int, tier: str, split: str, index: int) -> Scene:
    """Draws the scene of one clip of any tier; see :func:`~.scene.build_scene`."""
    build = build_wild_scene if tier == 'wild' else build_scene
    return build(seed, tier, split, index)

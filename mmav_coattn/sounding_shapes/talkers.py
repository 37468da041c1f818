"""The `talkers` tier: the lower half of a face that talks in random syllables.

Lips and jaw glide from one speech sound to the next, beginning before it and ending after it, while
the sound changes within some 15 ms: closed lips are silent or hum, their release bursts, narrow
gaps hiss, and open mouths have the formants of their vowel. Faces, voices, tempo and head movements
are drawn at random; no two faces articulate with the same effort.
"""

import numpy as np

from .actors import DARK, Part, Stage, pose
from .backgrounds import FAMILIES, Setting, hsv
from .holdout import draw_held_out, draw_held_out_log
from .motions import CLOCK_RATE, Motion, simulation_clock, wander
from .scene import Scene, SceneObject
from .spec import CLIP_FORMAT, ClipFormat, clip_rngs
from .sprites import Canvas
from .timbres import Timbre
from .wild import EXPOSURES, NO_LOOK, SHUTTER

#: Opening and width of the mouth for a, e, i, o, u, as in ``FORMANTS`` of sounds.py.
VOWELS = ((1.0, 0.75), (0.65, 0.95), (0.35, 1.0), (0.6, 0.5), (0.25, 0.35))
#: Opening (None: that of the vowel beside it), voice, nasal hum, hiss and burst of consonants.
CONSONANTS = (
    (0.0, 0.0, 0.0, 0.0, 1.0),  # p, b
    (0.0, 0.0, 0.9, 0.0, 0.0),  # m
    (0.3, 0.0, 0.0, 0.0, 1.0),  # t, k
    (0.12, 0.0, 0.0, 0.6, 0.0),  # s, f
    (0.3, 0.35, 0.3, 0.0, 0.0),  # l, n
)
#: Time in which the sound changes, s.
SHARP = 0.015


def speak(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Syllables in phrases: curves of the mouth, and of what is heard.

    Curves: ``opening`` and ``width`` of the mouth in [0, 1]; ``vowel`` in [0, 1] as in the sound
    family voice; ``voiced``, ``nasal``, ``hiss`` and ``burst`` levels in [0, 1]; ``nod``.
    """
    names = ('opening', 'width', 'vowel', 'voiced', 'nasal', 'hiss', 'burst')
    curves = {name: np.zeros_like(times) for name in names}
    curves['width'] += 0.7
    rest = rng.uniform(0.0, 0.1)
    curves['opening'] += rest
    tempo = np.exp(rng.uniform(np.log(0.75), np.log(1.5)))
    longest = int(rng.choice([1, 2, 4, 7]))
    events = []
    clock = times[0] - rng.uniform(0, 0.5)

    def put(length: float, **values: float) -> None:
        nonlocal clock
        inside = (times >= clock) & (times < clock + length)
        for name, value in values.items():
            curves[name][inside] = value
        clock += length

    while clock < times[-1]:
        for _ in range(rng.integers(1, longest + 1)):
            vowel = int(rng.integers(5))
            gape, width = VOWELS[vowel]
            gape, level = gape * rng.uniform(0.6, 1.0), rng.uniform(0.5, 1.0)
            if rng.random() < 0.8:
                shut, voiced, nasal, hiss, burst = CONSONANTS[rng.integers(len(CONSONANTS))]
                put(tempo * rng.uniform(0.05, 0.11), opening=shut, width=width, vowel=vowel / 4,
                    voiced=voiced * level, nasal=nasal * level, hiss=hiss)  # fmt: skip
                begun = (times >= clock) & (times < clock + 0.012)
                curves['burst'][begun] = burst * level
            events.append(clock)
            put(tempo * rng.uniform(0.08, 0.22), opening=gape, width=width, vowel=vowel / 4,
                voiced=level, nasal=0.0, hiss=0.0)  # fmt: skip
        put(tempo * np.exp(rng.uniform(np.log(0.12), np.log(0.9))), opening=rest, voiced=0.0)
    glide = rng.uniform(0.07, 0.13)
    for name in ('opening', 'width'):
        curves[name] = _smooth(curves[name], glide)
    for name in ('vowel', 'voiced', 'nasal', 'hiss'):
        curves[name] = _smooth(curves[name], SHARP)
    stress = _smooth(curves['voiced'], 0.4)
    curves['nod'] = 0.6 * wander(rng, times, 0.2) + rng.uniform(-0.8, 0.8) * stress
    return Motion(times, curves, np.array(events), drive=curves['voiced'])


def _smooth(curve: np.ndarray, seconds: float) -> np.ndarray:
    """Mean over a raised-cosine window of that length, centred."""
    window = np.hanning(round(seconds * CLOCK_RATE) | 1)
    padded = np.pad(curve, len(window) // 2, mode='edge')
    return np.convolve(padded, window / window.sum(), mode='valid')


def _face(rng, split, motion, times, light, size) -> list[Part]:
    """Sprites of the face and their poses."""
    skin = hsv(rng.uniform(0.02, 0.1), rng.uniform(0.2, 0.65), rng.uniform(0.25, 1.0))
    lip = skin * rng.uniform(0.6, 1.0) * np.array([1.05, 0.8, 0.8])
    radius = size * rng.uniform(0.42, 0.7)
    half = radius * rng.uniform(0.3, 0.42)  # of the mouth's width
    thick = half * rng.uniform(0.16, 0.4)
    gape = half * rng.uniform(0.45, 1.0)  # effort
    middle = np.array([0.5, 0.36]) * size + rng.uniform(-0.07, 0.07, 2) * size
    mouth = 0.62 * radius
    opening, width = motion.at('opening', times), motion.at('width', times)
    nod = motion.at('nod', times)
    sway, tilt = wander(rng, times, 0.2), rng.uniform(0.02, 0.15) * wander(rng, times, 0.2)
    amount = size * rng.uniform(0.0, 0.05)
    x0, y0 = middle[0] + amount * sway, middle[1] + amount * nod

    def at(dx, dy, scale_x=1.0, scale_y=1.0) -> np.ndarray:
        cos, sin = np.cos(tilt), np.sin(tilt)
        return pose(x0 + dx * cos - dy * sin, y0 + dx * sin + dy * cos, tilt, scale_x, scale_y)

    head = Canvas((-1.5 * radius, -1.6 * radius, 1.5 * radius, 1.7 * radius), light)
    head.ellipse((0, 0), (0.8 * radius, 1.15 * radius), colour=skin, bevel=0.6 * radius)
    for side in (-1, 1):
        head.ellipse((0.33 * side * radius, -0.25 * radius), (0.13 * radius, 0.06 * radius),
                     colour=(235, 235, 230), bevel=0)  # fmt: skip
        head.ellipse((0.33 * side * radius, -0.25 * radius), (0.06 * radius, 0.06 * radius),
                     colour=DARK, bevel=0)  # fmt: skip
    head.polygon([(0, -0.2 * radius), (0.13 * radius, 0.25 * radius), (-0.13 * radius,
                 0.25 * radius)], colour=1.05 * skin, bevel=0.08 * radius)  # fmt: skip
    head.mottle(rng, rng.uniform(0.02, 0.12))
    jaw = Canvas((-radius, -radius, radius, radius), light)
    jaw.ellipse((0, 0), (0.62 * radius, 0.5 * radius), colour=0.98 * skin, bevel=0.45 * radius)
    if rng.random() < 0.3:  # a beard
        jaw.ellipse((0, 0.12 * radius), (0.6 * radius, 0.4 * radius), inside=True, bevel=0,
                    colour=hsv(rng.uniform(0, 0.1), 0.4, rng.uniform(0.1, 0.6)),
                    alpha=rng.uniform(0.3, 0.9))  # fmt: skip
    jaw.mottle(rng, rng.uniform(0.02, 0.15))
    hole = Canvas((-1.2 * half, -1.2 * gape, 1.2 * half, 1.2 * gape), light)
    hole.ellipse((0, 0), (half, gape), colour=DARK * rng.uniform(0.5, 1.5), bevel=0)
    if rng.random() < 0.7:
        hole.ellipse((0, 0.6 * gape), (0.7 * half, 0.4 * gape), colour=(165, 85, 85), bevel=0,
                     inside=True)  # fmt: skip
    if rng.random() < 0.8:
        hole.rectangle(-0.8 * half, -0.95 * gape, 0.8 * half, -rng.uniform(0.45, 0.7) * gape,
                       colour=(228, 222, 205), bevel=0, inside=True)  # fmt: skip
    lips = []
    for side in (-1, 1):
        canvas = Canvas((-1.2 * half, -2 * thick, 1.2 * half, 2 * thick), light)
        canvas.ellipse((0, 0), (1.08 * half, thick), colour=lip, bevel=0.7 * thick)
        lips.append((side, canvas.finish()))
    span = 0.75 + 0.25 * width
    down = 0.9 * gape * opening
    parts = [
        Part(head.finish(), at(0, 0), boxed=False),
        Part(jaw.finish(), at(0, mouth + 0.1 * radius + 0.8 * down)),
        Part(hole.finish(), at(0, mouth + 0.5 * down, span, np.maximum(0.55 * opening, 0.01))),
    ]
    for side, sprite in lips:
        shift = -0.12 * gape * opening - 0.6 * thick if side < 0 else down + 0.6 * thick
        parts.append(Part(sprite, at(0, mouth + shift, span, 1 - 0.3 * opening)))
    return parts


def build_talker(
    seed: int, tier: str, split: str, index: int, clip_format: ClipFormat = CLIP_FORMAT
) -> Scene:
    """Draws the scene of one clip; see :func:`~.scene.build_scene`."""
    rng, _, _ = clip_rngs(seed, tier, split, index)
    size = clip_format.size
    clock = simulation_clock(clip_format.duration, clip_format.warmup)
    open_for = SHUTTER * np.arange(EXPOSURES) / EXPOSURES
    times = ((np.arange(clip_format.num_frames)[:, None] + open_for) / clip_format.fps).ravel()
    light = rng.uniform(-1, 1)
    motion = speak(rng, clock)
    timbre = Timbre('speech', draw_held_out_log(rng, split, 80, 300), '', (), 0.0,
                    rng.uniform(0.0, 1.0), rng.uniform(0.1, 0.9))  # fmt: skip
    parts = _face(rng, split, motion, times, light, size)
    talker = SceneObject('talk', Stage(size / 2, size, size, size), NO_LOOK, motion, parts, timbre)
    shake = rng.uniform(0, 0.8) * np.stack([wander(rng, times, 0.3) for _ in range(2)], axis=1)
    wall, floor = FAMILIES[split][rng.integers(len(FAMILIES[split]))]
    hues = draw_held_out(rng, split, 0, 1), draw_held_out(rng, split, 0, 1)
    return Scene(
        tier=tier, split=split, index=index, objects=[talker],
        setting=Setting(wall if rng.random() < 0.4 else 'texture', floor, *hues),
        horizon=rng.uniform(0.3, 0.8) * size, light=light, shelves=[],
        camera=shake,
        picture_noise=np.exp(rng.uniform(0, np.log(6))), audio_noise_db=rng.uniform(-40, -15),
        gains=[1.0], peak=rng.uniform(0.2, 0.9), clip_format=clip_format, exposures=EXPOSURES,
    )  # fmt: skip

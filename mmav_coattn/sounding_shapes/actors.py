"""Actors: how an object of each motion class looks, and how its parts follow the motion.

An actor lives on a stage, a rectangle standing on the ground. All measures are fractions of the
stage's shorter side ``s``. Shapes and colours are drawn independently of class and sound.
"""

from dataclasses import dataclass

import numpy as np

from .backgrounds import hsv
from .holdout import draw_held_out
from .motions import Motion
from .sprites import Canvas, Sprite, soft_shadow


@dataclass(frozen=True)
class Stage:
    """Where an object may be: centre and width, ground line and height above it; scene px."""

    centre: float
    ground: float
    width: float
    height: float
    raised: bool = False  #: needs a shelf beneath

    @property
    def side(self) -> float:
        return min(self.width, self.height)


@dataclass(frozen=True)
class Look:
    """Outward appearance, independent of what it does."""

    body: np.ndarray  #: RGB, 0-255, as the next two
    accent: np.ndarray
    skin: np.ndarray
    shape: int  #: picks among the shapes of a class
    mirror: int  #: 1 or -1: left-right
    light: float  #: side of the light, as in the background


def draw_look(rng: np.random.Generator, split: str, light: float) -> Look:
    """Draws a look whose hues belong to ``split``."""
    hues = draw_held_out(rng, split, 0, 1), draw_held_out(rng, split, 0, 1)
    return Look(
        body=hsv(hues[0], rng.uniform(0.55, 0.95), rng.uniform(0.6, 0.95)),
        accent=hsv(hues[1], rng.uniform(0.4, 0.9), rng.uniform(0.75, 1.0)),
        skin=hsv(rng.uniform(0.05, 0.085), rng.uniform(0.3, 0.6), rng.uniform(0.5, 0.92)),
        shape=int(rng.integers(3)),
        mirror=int(rng.choice([-1, 1])),
        light=light,
    )


@dataclass
class Part:
    """A sprite and its pose per frame."""

    sprite: Sprite
    #: (T, 5) x, y (scene px), angle (rad, clockwise on screen), and scale along the sprite's x and
    #: y. (1, 5) for a part that never moves.
    pose: np.ndarray
    boxed: bool = True  #: counts towards the object's box

    @property
    def is_static(self) -> bool:
        return len(self.pose) == 1


def pose(x=0.0, y=0.0, angle=0.0, scale_x=1.0, scale_y=1.0) -> np.ndarray:
    """Stacks scalars and curves (T,) into (T, 5), or (1, 5) if all are scalars."""
    columns = np.broadcast_arrays(*(np.atleast_1d(v) for v in (x, y, angle, scale_x, scale_y)))
    return np.stack(columns, axis=1).astype(float)


METAL = np.array([150, 155, 165], np.float32)
WOOD = np.array([150, 108, 68], np.float32)
DARK = np.array([38, 34, 36], np.float32)


def _shadow(stage: Stage, x: float, radius: float) -> Part:
    return Part(soft_shadow(radius, 0.22 * radius), pose(x, stage.ground), boxed=False)


def _bounce(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s = stage.side
    r = 0.22 * s
    canvas = Canvas((-1.1 * r, -1.1 * r, 1.1 * r, 1.1 * r), look.light)
    if look.shape == 0:
        canvas.ellipse((0, 0), (r, r), colour=look.body, bevel=r, gloss=0.4)
        canvas.ellipse((0, 0), (0.36 * r, 1.3 * r), 25, colour=look.accent, inside=0.7)
    elif look.shape == 1:
        canvas.rectangle(-r, -r, r, r, 0.3 * r, colour=look.body, bevel=0.4 * r)
        canvas.ellipse((0, 0), (0.45 * r, 0.45 * r), colour=look.accent, bevel=0.2 * r)
    else:
        turn = np.arange(6) * np.pi / 3 + np.pi / 6
        corners = r * np.stack([np.cos(turn), np.sin(turn)], 1)
        canvas.polygon(1.08 * corners, colour=look.body, bevel=0.5 * r, gloss=0.3)
        canvas.rectangle(-r, -0.2 * r, r, 0.2 * r, colour=look.accent, inside=0.8)
    canvas.mottle(rng)
    lift, squash = motion.at('lift', times), motion.at('squash', times)
    x = stage.centre + motion.at('drift', times) * (0.48 * stage.width - 1.25 * r)
    turn, scale_y = 0.4 * motion.at('roll', times), 1 - 0.25 * squash
    y = stage.ground - r * scale_y - lift * (0.97 * stage.height - 2 * r)
    spread = 1 - 0.45 * lift
    return [
        Part(soft_shadow(1.1 * r, 0.26 * r, 0.55), pose(x, stage.ground, 0, spread, spread), False),
        Part(canvas.finish(), pose(x, y, turn, 1 + 0.2 * squash, scale_y)),
    ]


def _target(stage: Stage, look: Look, x: float, half: float, height: float, rng) -> list[Part]:
    """Something to hit: anvil, drum or block, its top at ``ground - height``."""
    canvas = Canvas((-1.1 * half, -1.1 * height, 1.1 * half, 0.1 * height), look.light)
    if look.shape == 0:
        canvas.polygon(
            [(-half, -height), (half, -height), (0.45 * half, -0.55 * height),
             (0.7 * half, 0), (-0.7 * half, 0), (-0.45 * half, -0.55 * height)],
            colour=0.5 * METAL + 0.3 * look.accent, bevel=2.0, gloss=0.3,
        )  # fmt: skip
    elif look.shape == 1:
        canvas.rectangle(-half, -0.9 * height, half, 0, 0.1 * height, colour=look.accent, bevel=4)
        canvas.ellipse((0, -0.88 * height), (half, 0.14 * height), colour=(225, 215, 195), bevel=1)
    else:
        wood = 0.6 * WOOD + 0.4 * look.accent
        canvas.rectangle(-half, -height, half, 0, 1.5, colour=wood, bevel=2.5)
        for y in (-0.35 * height, -0.7 * height):
            canvas.rectangle(-half, y, half, y + 0.8, colour=DARK, inside=0.4)
    canvas.mottle(rng, 0.12)
    return [_shadow(stage, x, 1.15 * half), Part(canvas.finish(), pose(x, stage.ground))]


def _strike(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s, m = stage.side, look.mirror
    height, length = 0.3 * s, 0.62 * s
    target_x, hand_x = stage.centre - 0.2 * m * s, stage.centre + 0.4 * m * s
    head = 0.09 * s
    canvas = Canvas((-length - 0.2 * s, -0.3 * s, length + 0.2 * s, 0.3 * s), look.light)
    tip = -m * length
    canvas.capsule((0.08 * m * s, 0), (tip, 0), 0.03 * s, colour=WOOD, bevel=1.5)
    if look.shape == 0:
        corners = (tip - head, -1.6 * head, tip + head, head)
        canvas.rectangle(*corners, 1.5, colour=look.body, bevel=2.5, gloss=0.4)
    elif look.shape == 1:
        canvas.ellipse((tip, 0), (1.25 * head, head), colour=look.body, bevel=head, gloss=0.3)
    else:
        corners = (tip - 1.5 * head, -head, tip + 1.5 * head, head)
        canvas.rectangle(*corners, head, colour=look.body, bevel=head)
    canvas.ellipse((0, 0), (0.085 * s, 0.075 * s), colour=look.skin, bevel=4, gloss=0.05)
    canvas.mottle(rng)
    sleeve = Canvas((-0.25 * s, -0.1 * s, 0.25 * s, 0.5 * s), look.light)
    sleeve.capsule((0, 0), (0.1 * m * s, 0.33 * s), 0.075 * s, colour=0.7 * look.accent, bevel=4)
    hand_y = stage.ground - height - head
    swing = m * np.deg2rad(62) * motion.at('angle', times)
    return [
        *_target(stage, look, target_x, 0.22 * s, height, rng),
        Part(sleeve.finish(), pose(hand_x, hand_y), boxed=False),
        Part(canvas.finish(), pose(hand_x, hand_y, swing)),
    ]


def _swing(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s, m = stage.side, look.mirror
    length, r = 0.6 * s, 0.135 * s
    pivot_x, pivot_y = stage.centre - 0.2 * m * s, stage.ground - 0.93 * s
    wall = Canvas((-0.12 * s, -0.62 * s, 0.12 * s, 0), look.light)
    stone = 0.35 * look.accent + 0.5 * WOOD
    wall.rectangle(-0.085 * s, -0.58 * s, 0.085 * s, 0, 1.5, colour=stone, bevel=2.5)
    for level in (0.15, 0.3, 0.45):
        wall.rectangle(-0.09 * s, -level * s, 0.09 * s, -level * s + 0.7, colour=DARK, inside=0.45)
    wall.mottle(rng, 0.12)
    wall_x = pivot_x - m * (r + 0.085 * s)
    frame = Canvas((-0.5 * s, -0.05 * s, 0.5 * s, s), look.light)
    post_x = -m * (r + 0.085 * s)
    frame.capsule((post_x, 0), (post_x, 0.93 * s), 0.025 * s, colour=METAL, bevel=1.5)
    frame.capsule((-m * (r + 0.1 * s), 0), (0.03 * m * s, 0), 0.028 * s, colour=METAL, bevel=1.5)
    bob = Canvas((-0.2 * s, -0.05 * s, 0.2 * s, length + 0.2 * s), look.light)
    bob.capsule((0, 0), (0, length), 0.016 * s, colour=0.8 * METAL, bevel=0.8)
    if look.shape == 0:
        bob.ellipse((0, length), (r, r), colour=look.body, bevel=r, gloss=0.4)
    elif look.shape == 1:
        bob.rectangle(-r, length - r, r, length + r, 0.2 * r, colour=look.body, bevel=3)
    else:
        top, point = length - r, (0, length + 1.3 * r)
        corners = [(-r, top), (r, top), (r, length), point, (-r, length)]
        bob.polygon(corners, colour=look.body, bevel=3, gloss=0.3)
    bob.mottle(rng)
    turn = -m * np.deg2rad(66) * motion.at('angle', times)
    bob_x = pivot_x - length * np.sin(turn)
    return [
        _shadow(stage, wall_x, 0.13 * s),
        Part(frame.finish(), pose(pivot_x, pivot_y), boxed=False),
        Part(wall.finish(), pose(wall_x, stage.ground)),
        Part(soft_shadow(0.9 * r, 0.22 * r), pose(bob_x, stage.ground), boxed=False),
        Part(bob.finish(), pose(pivot_x, pivot_y, turn)),
    ]


def _shake(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s = stage.side
    canvas = Canvas((-0.25 * s, -s, 0.25 * s, 0.05 * s), look.light)
    canvas.capsule((0, -0.02 * s), (0, -0.36 * s), 0.075 * s, colour=0.75 * look.accent, bevel=4)
    canvas.capsule((0, -0.4 * s), (0, -0.62 * s), 0.03 * s, colour=WOOD, bevel=1.5)
    canvas.ellipse((0, -0.43 * s), (0.085 * s, 0.08 * s), colour=look.skin, bevel=4, gloss=0.05)
    top = -0.75 * s
    if look.shape == 0:
        canvas.ellipse((0, top), (0.17 * s, 0.2 * s), colour=look.body, bevel=0.16 * s, gloss=0.35)
    elif look.shape == 1:
        corners = (-0.15 * s, top - 0.18 * s, 0.15 * s, top + 0.18 * s)
        canvas.rectangle(*corners, 2, colour=look.body, bevel=3)
    else:
        canvas.capsule((-0.12 * s, top), (0.12 * s, top), 0.13 * s, colour=look.body, bevel=6)
    for level in (-0.05, 0.06):
        y0, y1 = top + level * s, top + (level + 0.035) * s
        canvas.rectangle(-0.3 * s, y0, 0.3 * s, y1, colour=look.accent, inside=0.8)
    canvas.mottle(rng)
    turn = np.deg2rad(24) * motion.at('position', times)
    return [
        _shadow(stage, stage.centre, 0.16 * s),
        Part(canvas.finish(), pose(stage.centre, stage.ground, turn)),
    ]


def _scrape(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s, m = stage.side, look.mirror
    board = Canvas((-0.5 * s, -0.2 * s, 0.5 * s, 0), look.light)
    wood = 0.55 * WOOD + 0.4 * look.accent
    board.rectangle(-0.49 * s, -0.15 * s, 0.49 * s, 0, 1.5, colour=wood, bevel=2)
    for place in np.linspace(-0.44, 0.44, 12):
        board.rectangle(place * s, -0.15 * s, place * s + 0.8, -0.11 * s, colour=DARK, inside=0.5)
    board.mottle(rng, 0.15)
    top = -0.15 * s
    block = Canvas((-0.3 * s, -0.85 * s, 0.3 * s, 0.05 * s), look.light)
    wrist, elbow = (0.02 * m * s, -0.36 * s), (0.17 * m * s, -0.72 * s)
    block.capsule(wrist, elbow, 0.075 * s, colour=0.75 * look.accent, bevel=4)
    half = 0.19 * s
    if look.shape == 0:
        block.rectangle(-half, top - 0.2 * s, half, top, 2, colour=look.body, bevel=3)
    elif look.shape == 1:
        high = top - 0.2 * s
        corners = [(-half, top), (half, top), (0.7 * half, high), (-0.7 * half, high)]
        block.polygon(corners, colour=look.body, bevel=3, gloss=0.3)
    else:
        block.rectangle(-half, top - 0.2 * s, half, top - 0.06 * s, 4, colour=look.body, bevel=4)
        for place in np.linspace(-0.85, 0.85, 9):
            x = place * half
            block.rectangle(x - 0.7, top - 0.06 * s, x + 0.7, top, colour=(215, 200, 160), bevel=0)
    block.ellipse((0, -0.37 * s), (0.1 * s, 0.07 * s), colour=look.skin, bevel=4, gloss=0.05)
    block.mottle(rng)
    x = stage.centre + 0.29 * s * motion.at('position', times)
    return [
        _shadow(stage, stage.centre, 0.5 * s),
        Part(board.finish(), pose(stage.centre, stage.ground), boxed=False),
        Part(block.finish(), pose(x, stage.ground)),
    ]


def _spin(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s = stage.side
    r = 0.41 * s
    hub_y = stage.ground - 0.56 * s
    stand = Canvas((-0.25 * s, 0, 0.25 * s, 0.6 * s), look.light)
    stand.capsule((0, 0), (0, 0.52 * s), 0.035 * s, colour=METAL, bevel=2)
    stand.rectangle(-0.16 * s, 0.5 * s, 0.16 * s, 0.56 * s, 2, colour=0.6 * METAL, bevel=2)
    rotor = Canvas((-r, -r, r, r), look.light)
    blades = 2 + look.shape
    for blade in range(blades):
        turn = 2 * np.pi * blade / blades
        # One blade stands out, so that fast turns are not mistaken for slow ones.
        colour = look.accent if blade == 0 else look.body
        along = np.array([np.cos(turn), np.sin(turn)])
        across = np.array([-along[1], along[0]])
        outline = [(0.1, -0.05), (0.55, -0.3), (0.95, -0.22), (0.98, 0.12), (0.5, 0.14)]
        rotor.polygon([r * (a * along + b * across) for a, b in outline], colour=colour, bevel=2.5)
    rotor.ellipse((0, 0), (0.17 * r, 0.17 * r), colour=DARK + 40, bevel=3, gloss=0.4)
    rotor.mottle(rng)
    return [
        _shadow(stage, stage.centre, 0.2 * s),
        Part(stand.finish(), pose(stage.centre, hub_y), boxed=False),
        Part(rotor.finish(), pose(stage.centre, hub_y, 2 * np.pi * motion.at('turn', times))),
    ]


def _tap(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s, m = stage.side, look.mirror
    height = 0.2 * s
    target_x = stage.centre - 0.24 * m * s
    hand_x, hand_y = stage.centre + 0.2 * m * s, stage.ground - 0.44 * s
    tip = np.array([target_x - hand_x, stage.ground - height - hand_y - 0.055 * s])
    hand = Canvas((-0.6 * s, -0.25 * s, 0.6 * s, 0.4 * s), look.light)
    hand.capsule((0, 0), (0.2 * m * s, 0.06 * s), 0.1 * s, colour=0.75 * look.body, bevel=5)
    if look.shape == 2:  # a pen
        hand.capsule((0.06 * m * s, -0.06 * s), tip, 0.05 * s, colour=look.accent, bevel=2.5)
        hand.capsule(0.72 * tip, tip, 0.055 * s, colour=DARK, bevel=2.5)
    else:  # a finger, bare or gloved
        skin = look.skin if look.shape == 0 else look.accent
        knuckle = 0.45 * tip + (0, -0.09 * s)
        hand.capsule((0, -0.03 * s), knuckle, 0.065 * s, colour=skin, bevel=4, gloss=0.05)
        hand.capsule(knuckle, tip, 0.055 * s, colour=skin, bevel=3.5, gloss=0.05)
    hand.ellipse((0.02 * m * s, 0), (0.12 * s, 0.1 * s), colour=look.skin, bevel=5, gloss=0.05)
    hand.mottle(rng)
    lift = motion.at('lift', times)
    y = hand_y - 0.08 * s * lift
    return [
        *_target(stage, look, target_x, 0.2 * s, height, rng),
        Part(hand.finish(), pose(hand_x, y, m * np.deg2rad(36) * lift)),
    ]


def _talk(stage: Stage, look: Look, motion: Motion, times, rng) -> list[Part]:
    s = stage.side
    half, tall = 0.31 * s, 0.36 * s
    middle = stage.ground - 0.56 * s
    torso = Canvas((-0.45 * s, -0.3 * s, 0.45 * s, 0), look.light)
    torso.polygon([(-0.4 * s, 0), (-0.3 * s, -0.17 * s), (-0.1 * s, -0.24 * s),
                   (0.1 * s, -0.24 * s), (0.3 * s, -0.17 * s), (0.4 * s, 0)],
                  colour=look.accent, bevel=5)  # fmt: skip
    head = Canvas((-0.45 * s, -0.5 * s, 0.45 * s, 0.45 * s), look.light)
    face = look.skin
    if look.shape == 0:
        head.ellipse((0, -0.08 * s), (1.08 * half, 0.95 * tall), colour=0.5 * look.body, bevel=6)
        head.ellipse((0, 0.02 * s), (half, tall), colour=face, bevel=0.2 * s, gloss=0.05)
    elif look.shape == 1:
        face = look.body
        head.rectangle(-half, -0.9 * tall, half, tall, 0.08 * s, colour=face, bevel=5, gloss=0.3)
        head.capsule((0, -0.9 * tall), (0, -1.15 * tall), 0.02 * s, colour=METAL, bevel=1)
    else:
        face = 0.5 * look.body + 0.4 * look.skin
        for side in (-1, 1):
            ear = (0.62 * side * half, -0.8 * tall)
            head.ellipse(ear, (0.3 * half, 0.33 * half), colour=face, bevel=4)
        head.ellipse((0, 0), (1.12 * half, 0.92 * tall), colour=face, bevel=0.2 * s, gloss=0.15)
    for side in (-1, 1):
        eye = (0.42 * side * half, -0.3 * tall)
        head.ellipse(eye, (0.07 * s, 0.055 * s), colour=(240, 240, 236), bevel=0)
        head.ellipse(eye, (0.033 * s, 0.04 * s), colour=DARK, bevel=0)
    head.mottle(rng, 0.05)
    mouth = Canvas((-0.25 * s, -0.2 * s, 0.25 * s, 0.2 * s), look.light)
    mouth.ellipse((0, 0), (0.19 * s, 0.15 * s), colour=0.55 * face + (60, 0, 5), bevel=0)
    mouth.ellipse((0, 0), (0.165 * s, 0.125 * s), colour=(45, 12, 16), bevel=0)
    mouth.ellipse((0, 0.09 * s), (0.1 * s, 0.06 * s), colour=(170, 70, 75), inside=1)
    mouth.rectangle(-0.1 * s, -0.12 * s, 0.1 * s, -0.075 * s, 1, colour=(235, 232, 225), inside=1)
    nod = 0.02 * s * motion.at('nod', times)
    opening = motion.at('opening', times)
    mouth_y = middle + 0.42 * tall + nod + 0.04 * s * opening
    lips = pose(stage.centre, mouth_y, 0, 1 - 0.2 * opening, 0.13 + 0.87 * opening)
    return [
        _shadow(stage, stage.centre, 0.4 * s),
        Part(torso.finish(), pose(stage.centre, stage.ground), boxed=False),
        Part(head.finish(), pose(stage.centre, middle + nod)),
        Part(mouth.finish(), lips),
    ]


#: By class; each returns the parts of an object at the frame times (s), back to front.
BUILDERS = {
    build.__name__.strip('_'): build
    for build in (_bounce, _strike, _swing, _shake, _scrape, _spin, _tap, _talk)
}

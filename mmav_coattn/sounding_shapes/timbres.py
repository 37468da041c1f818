"""Timbres: what an object is made of, apart from how and what it looks like.

A timbre belongs to a sound family, not to a class, colour or shape: all impacts draw from one
pool. Pitches and materials of the splits are disjoint.
"""

from dataclasses import dataclass

import numpy as np

from .holdout import draw_held_out_log

#: Sound family of each motion class.
FAMILIES = dict(
    bounce='impact',
    strike='impact',
    swing='impact',
    tap='impact',
    shake='rattle',
    scrape='friction',
    spin='whirr',
    talk='voice',
)

#: Range of the pitch-like parameter per family, Hz: lowest mode, centre of the noise, tone at
#: full speed, or the voice's fundamental. The splits share each range out in bands.
PITCH_RANGES = dict(
    impact=(180.0, 1500.0),
    rattle=(1800.0, 5500.0),
    friction=(700.0, 3200.0),
    whirr=(140.0, 520.0),
    voice=(95.0, 290.0),
)

#: Frequency ratios of the vibration modes of idealised bodies (Fletcher & Rossing, *The Physics
#: of Musical Instruments*) and a typical decay time (to 1/e, s) of the lowest.
MATERIALS = dict(
    train=dict(
        wood_bar=((1.0, 2.756, 5.404, 8.933), 0.035),
        drum=((1.0, 1.594, 2.136, 2.296, 2.653, 2.918), 0.06),
        marimba=((1.0, 3.93, 9.6), 0.06),
        square_plate=((1.0, 1.73, 2.33, 3.91, 4.11, 6.3), 0.09),
        glass=((1.0, 2.32, 4.25, 6.63, 9.38), 0.11),
        stone=((1.0, 1.41, 2.09, 2.56, 3.14), 0.03),
    ),
    val=dict(bell=((0.5, 1.0, 1.19, 1.5, 2.0, 2.74), 0.12), plastic=((1.0, 2.0, 3.01, 4.1), 0.03)),
    test=dict(
        clamped_bar=((1.0, 6.267, 17.55), 0.07),
        round_plate=((1.0, 2.08, 3.41, 3.89, 5.0, 5.95), 0.1),
        box=((1.0, 1.28, 1.62, 2.41, 3.3), 0.04),
    ),
)


@dataclass(frozen=True)
class Timbre:
    """One object's voice.

    Attributes:
        family (str): A key of :data:`PITCH_RANGES`.
        pitch (float): The family's pitch-like parameter, Hz.
        material (str): Name of the material; '' for continuous sounds.
        modes (tuple[float, ...]): Ratios of the modes to the pitch; empty likewise.
        decay (float): Decay time of the lowest mode, s.
        brightness (float): Share of high partials and noise, in [0, 1].
        roughness (float): Depth of grain in continuous sounds, in [0, 1].
    """

    family: str
    pitch: float
    material: str
    modes: tuple[float, ...]
    decay: float
    brightness: float
    roughness: float


def draw_timbre(rng: np.random.Generator, split: str, motion_class: str) -> Timbre:
    """Draws a timbre for ``motion_class`` from those of ``split``."""
    family = FAMILIES[motion_class]
    material, modes, decay = '', (), 0.0
    if family == 'impact':
        pool = MATERIALS[split]
        material = str(rng.choice(list(pool)))
        modes, decay = pool[material]
        decay *= rng.uniform(0.75, 1.3)
    return Timbre(
        family=family,
        pitch=draw_held_out_log(rng, split, *PITCH_RANGES[family]),
        material=material,
        modes=modes,
        decay=decay,
        brightness=rng.uniform(0.2, 1.0),
        roughness=rng.uniform(0.3, 0.9),
    )

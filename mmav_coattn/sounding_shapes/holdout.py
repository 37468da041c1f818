"""Disjoint parameter sets of the splits: what val and test show and sound like is new to train.

A continuous parameter's axis is cut into ten equal bands which the splits share out in a fixed
pattern. Held-out values thus lie *between* those of train: not extrapolation is tested.
"""

import numpy as np

NUM_BANDS = 10
BANDS = {'train': (0, 1, 2, 5, 6, 7), 'val': (3, 8), 'test': (4, 9)}

#: Part of a band's width left unused at either side, so that the splits never touch.
MARGIN = 0.1


def draw_held_out(rng: np.random.Generator, split: str, low: float, high: float) -> float:
    """Draws from the bands of [low, high] that belong to ``split``."""
    band = rng.choice(BANDS[split])
    unit = (band + MARGIN + (1 - 2 * MARGIN) * rng.random()) / NUM_BANDS
    return low + unit * (high - low)


def draw_held_out_log(rng: np.random.Generator, split: str, low: float, high: float) -> float:
    """As :func:`draw_held_out`, uniform in the logarithm: for frequencies."""
    return float(np.exp(draw_held_out(rng, split, np.log(low), np.log(high))))

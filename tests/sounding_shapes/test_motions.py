import numpy as np
import pytest

from mmav_coattn.sounding_shapes import motions
from mmav_coattn.sounding_shapes.motions import CLOCK_RATE, MOTIONS

IMPACTS = dict(bounce='lift', strike='angle', swing='angle', tap='lift')
#: d(curve)/dt just before an impact of strength 1, from each motion's own formula.
SPEEDS = dict(bounce=4 / 0.8, strike=2 / 0.11, swing=np.pi / 0.55, tap=2 / 0.09)


def simulate(name, seed=0):
    return MOTIONS[name](np.random.default_rng(seed), motions.simulation_clock())


@pytest.mark.parametrize('name', IMPACTS)
def test_contact_and_speed_at_impacts(name):
    motion = simulate(name, seed=3)
    curve = motion.curves[IMPACTS[name]]
    assert curve.min() >= -1e-9 and curve.max() <= 1 + 1e-9
    inside = (motion.events > -1.5) & (motion.events < 4.2)
    assert inside.sum() >= 6
    assert np.abs(motion.at(IMPACTS[name], motion.events[inside])).max() < 0.02
    before = np.floor((motion.events[inside] + 2.0) * CLOCK_RATE).astype(int) - 1
    speeds = (curve[before - 1] - curve[before]) * CLOCK_RATE
    assert speeds == pytest.approx(SPEEDS[name] * motion.strengths[inside], rel=0.08)


@pytest.mark.parametrize('name', MOTIONS)
def test_every_window_holds_an_event_and_shifted_motion_is_another_motion(name):
    """No lag of 0.4 s and more brings what can be heard back onto itself."""
    worst = []
    for seed in range(8):
        motion = simulate(name, seed)
        for start in np.arange(0, 2.41, 0.1):
            assert ((motion.events >= start) & (motion.events < start + 1.6)).any()
        if len(motion.drive):
            signal = motion.drive
        else:
            distance = motion.times[:, None] - motion.events
            signal = (motion.strengths * np.exp(-((distance / 0.04) ** 2))).sum(1)
        signal = signal - signal.mean()
        lags = range(round(0.4 * CLOCK_RATE), round(2.4 * CLOCK_RATE), 10)
        worst.append(max(np.corrcoef(signal[:-lag], signal[lag:])[0, 1] for lag in lags))
    assert np.median(worst) < 0.75

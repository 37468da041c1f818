"""Impacts happen at contact with the speed of the motion; nothing repeats itself."""

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.motions import (
    CLOCK_RATE,
    MOTIONS,
    min_jerk,
    renewal_times,
    simulate_motion,
)

IMPACTS = dict(bounce='lift', strike='angle', swing='angle', tap='lift')
#: d(curve)/dt just before an impact of strength 1, from each motion's own formula.
SPEEDS = dict(bounce=4 / 0.8, strike=2 / 0.11, swing=np.pi / 0.55, tap=2 / 0.09)


def simulate(name, seed=0):
    return simulate_motion(name, np.random.default_rng(seed))


@pytest.mark.parametrize('name', IMPACTS)
def test_contact_and_speed_at_impacts(name):
    motion = simulate(name, seed=3)
    curve = motion.curves[IMPACTS[name]]
    assert len(motion.events) == len(motion.strengths)
    assert curve.min() >= -1e-9 and curve.max() <= 1 + 1e-9
    checked = 0
    for event, strength in zip(motion.events[1:], motion.strengths[1:], strict=True):
        if not -1.5 < event < 4.2:
            continue
        assert abs(motion.at(IMPACTS[name], event)) < 0.02
        before = int(np.floor((event + 2.0) * CLOCK_RATE)) - 1
        speed = (curve[before - 1] - curve[before]) * CLOCK_RATE
        assert speed == pytest.approx(SPEEDS[name] * strength, rel=0.08)
        checked += 1
    assert checked >= 6


@pytest.mark.parametrize('name', MOTIONS)
def test_every_window_holds_an_event_and_intervals_vary(name):
    intervals = []
    for seed in range(12):
        events = simulate(name, seed).events
        intervals.append(np.diff(events))
        for start in np.arange(0, 2.41, 0.1):
            assert ((events >= start) & (events < start + 1.6)).any()
    intervals = np.concatenate(intervals)
    assert 1.2 < 1 / intervals.mean() < 4.5
    assert intervals.std() / intervals.mean() > 0.2


@pytest.mark.parametrize('name', MOTIONS)
def test_shifted_motion_is_another_motion(name):
    """No lag of 0.4 s and more brings what can be heard back onto itself."""
    worst = []
    for seed in range(8):
        motion = simulate(name, seed)
        if len(motion.drive):
            signal = motion.drive
        else:
            distance = motion.times[:, None] - motion.events
            signal = (motion.strengths * np.exp(-((distance / 0.04) ** 2))).sum(1)
        signal = signal - signal.mean()
        lags = range(round(0.4 * CLOCK_RATE), round(2.4 * CLOCK_RATE), 10)
        worst.append(max(np.corrcoef(signal[:-lag], signal[lag:])[0, 1] for lag in lags))
    assert np.median(worst) < 0.75


@pytest.mark.parametrize('name', ['shake', 'scrape', 'spin', 'talk'])
def test_drive_follows_the_motion(name):
    motion = simulate(name, seed=1)
    assert motion.drive.min() >= 0 and motion.drive.max() <= 1.0001
    if name == 'talk':
        expected = motion.curves['opening']
    elif name == 'spin':
        turns = np.abs(np.gradient(motion.curves['turn'], motion.times))
        expected = turns / turns.max() * motion.drive.max()
    elif name == 'scrape':
        speed = np.abs(np.gradient(motion.curves['position'], motion.times))
        expected = np.clip(speed / 15, 0, 1) ** 0.8
    else:
        velocity = np.gradient(motion.curves['position'], motion.times)
        braking = -np.gradient(np.abs(velocity), motion.times)
        expected = np.sqrt(np.clip(braking, 0, None) / (5.77 * 2 / 0.13**2))
    assert np.abs(motion.drive - expected).mean() < 0.02


def test_min_jerk_by_hand():
    np.testing.assert_allclose(min_jerk(np.array([-1, 0, 0.25, 0.5, 1, 2])),
                               [0, 0, 53 / 512, 0.5, 1, 1])  # fmt: skip


def test_renewal_times_enclose_the_clock():
    times = np.arange(0, 5, 0.001)
    for seed in range(50):
        events = renewal_times(np.random.default_rng(seed), times, 0.3, 0.8)
        assert events[0] <= times[0] and events[-2] < times[-1] <= events[-1]
        assert np.diff(events).min() >= 0.3 and np.diff(events).max() <= 0.8

"""Motions that cause sound: curves over time, impacts and the drive of continuous sounds.

Each motion is simulated on one fine clock from ``-warmup`` on, so that frame 0 falls into the
middle of it. Intervals, extents and speeds are random: no shift of 0.4 s or more maps a motion
onto itself. Loudness follows from the motion (impact speed, speed of friction, deceleration of
beads ...), never from a random draw of its own.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from .spec import CLIP_FORMAT

#: Steps per second of the simulation clock: ten times finer than what ears and frames resolve.
CLOCK_RATE = 1000


@dataclass
class Motion:
    """One simulated motion."""

    times: np.ndarray  #: clock (n,), s; 0 is the first frame
    curves: dict[str, np.ndarray]  #: named pose curves (n,), in the units of the actor
    events: np.ndarray  #: times (m,), s: impacts, or the peaks of a continuous drive
    #: (m,) of the impacts, in (0, 1]; empty without impacts
    strengths: np.ndarray = field(default_factory=partial(np.zeros, 0))
    #: (n,) excitation of a continuous sound, in [0, 1]; empty with impacts
    drive: np.ndarray = field(default_factory=partial(np.zeros, 0))

    def at(self, name: str, times: np.ndarray) -> np.ndarray:
        """Curve ``name`` at ``times`` (s), linearly interpolated; 0 if the motion has none."""
        return np.interp(times, self.times, self.curves.get(name, 0 * self.times))


def simulation_clock() -> np.ndarray:
    """Clock from ``-warmup`` to a little past the end of the clip, s."""
    start = round(-CLIP_FORMAT.warmup * CLOCK_RATE)
    stop = round((CLIP_FORMAT.duration + 0.5) * CLOCK_RATE)
    return np.arange(start, stop + 1) / CLOCK_RATE


def log_uniform(rng: np.random.Generator, low: float, high: float, size: int | None = None):
    """Draws whose logarithms are uniform."""
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def min_jerk(u: np.ndarray) -> np.ndarray:
    """Minimum-jerk profile of a reach (Flash & Hogan 1985) for u in [0, 1], clipped outside."""
    u = np.clip(u, 0, 1)
    return u**3 * (10 - 15 * u + 6 * u**2)


def wander(rng: np.random.Generator, times: np.ndarray, slowest: float = 0.08) -> np.ndarray:
    """Slow drift in [-1, 1]: three sines of incommensurable random frequencies (Hz)."""
    freqs = slowest * np.array([1.0, 2.3, 4.1]) * rng.uniform(0.8, 1.25, 3)
    phases = rng.uniform(0, 2 * np.pi, 3)
    weights = np.array([0.55, 0.3, 0.15])
    return weights @ np.sin(2 * np.pi * freqs[:, None] * times + phases[:, None])


def draw_intervals(
    rng: np.random.Generator, times: np.ndarray, shortest: float, longest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Event times with log-uniform intervals in [shortest, longest] s, and for each moment of the
    clock: index of its interval, time since the event before it, and the interval's length."""
    count = int((times[-1] - times[0]) / shortest) + 4
    intervals = log_uniform(rng, shortest, longest, count)
    events = times[0] - rng.uniform(0, intervals[0]) + np.concatenate([[0], intervals.cumsum()])
    # One event beyond either end, so that every moment lies between two.
    events = events[: np.searchsorted(events, times[-1]) + 1]
    index = np.clip(np.searchsorted(events, times, side='right') - 1, 0, len(events) - 2)
    return events, index, times - events[index], np.diff(events)[index]


def bounce(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Free flights between impacts with the ground, each leaving with another speed."""
    longest = 0.8
    events, index, since, length = draw_intervals(rng, times, 0.3, longest)
    u = since / length
    lift = 4 * u * (1 - u) * (length / longest) ** 2
    # It lands with the speed with which the flight before it started, g T / 2.
    incoming = np.concatenate([[0.5], np.diff(events) / longest])
    nearest = np.where(since < length / 2, index, index + 1)
    squash = incoming[nearest] * np.exp(-(((times - events[nearest]) / 0.035) ** 2))
    drift, roll = wander(rng, times), wander(rng, times, 0.15)
    curves = dict(lift=lift, squash=squash, drift=drift, roll=roll)
    return Motion(times, curves, events, strengths=incoming)


def strike(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A tool is raised, held and hurled down on a target; speed follows from the height."""
    events, index, since, length = draw_intervals(rng, times, 0.28, 0.85)
    fall = 0.11
    gaps = np.diff(events)
    height = rng.uniform(0.4, 1.0, len(gaps)) * np.minimum(1, gaps / 0.42)
    rise = np.minimum(gaps - fall, 0.2)[index]
    raised = height[index] * min_jerk(since / rise)
    fallen = np.clip((since - (length - fall)) / fall, 0, 1)
    angle = raised * (1 - fallen**2)
    return Motion(times, dict(angle=angle), events, strengths=np.concatenate([[0.5], height]))


def swing(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A pendulum swings away from a wall and back into it; half a sine per interval."""
    events, index, since, length = draw_intervals(rng, times, 0.35, 0.9)
    gaps = np.diff(events)
    extent = rng.uniform(0.45, 1.0, len(gaps)) * np.minimum(1, gaps / 0.55)
    angle = extent[index] * np.sin(np.pi * since / length)
    # d(angle)/dt at the wall, over its largest value.
    strengths = np.concatenate([[0.5], extent / gaps * 0.55])
    return Motion(times, dict(angle=angle), events, strengths=strengths)


def tap(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A finger hovers, darts down and comes up again."""
    events, index, since, length = draw_intervals(rng, times, 0.24, 0.8)
    down, up = 0.09, 0.13
    hover = rng.uniform(0.4, 1.0, len(events))
    risen = hover[index] * min_jerk(since / up)
    fallen = np.clip((since - (length - down)) / down, 0, 1)
    lift = risen * (1 - fallen**2)
    strengths = np.concatenate([[0.5], hover[:-1]])  # speed = 2 height / down
    return Motion(times, dict(lift=lift, drift=wander(rng, times)), events, strengths=strengths)


def draw_strokes(
    rng, times, durations, extents, pause_chance, pauses
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minimum-jerk strokes to and fro: start times, durations (s), and the position in [-1, 1].

    ``durations`` (s), ``extents`` and ``pauses`` (s) are ranges.
    """
    starts, lengths, ends = [], [], []
    side = rng.choice([-1, 1])
    clock = times[0] - rng.uniform(0, 0.4)
    while clock < times[-1]:
        length = rng.uniform(*durations)
        starts.append(clock)
        lengths.append(length)
        ends.append(side * rng.uniform(*extents))
        side = -side
        clock += length + (rng.uniform(*pauses) if rng.random() < pause_chance else 0.01)
    starts, lengths, ends = map(np.array, (starts, lengths, ends))
    begins = np.concatenate([[-ends[0]], ends[:-1]])
    index = np.clip(np.searchsorted(starts, times, side='right') - 1, 0, len(starts) - 1)
    u = (times - starts[index]) / lengths[index]
    return starts, lengths, begins[index] + (ends - begins)[index] * min_jerk(u)


def shake(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """Jerks to and fro; the beads inside fly on and hit the shell where it slows down."""
    strokes = draw_strokes(rng, times, (0.12, 0.2), (0.45, 1.0), 0.55, (0.12, 0.45))
    starts, lengths, position = strokes
    velocity = np.gradient(position, times)
    acceleration = np.gradient(velocity, times)
    # Largest deceleration of a minimum-jerk stroke: 5.77 extent / duration^2.
    largest = 5.77 * 2 / 0.13**2
    braking = np.clip(-acceleration * np.sign(velocity) / largest, 0, 1)
    events = starts + 0.7887 * lengths
    return Motion(times, dict(position=position), events, drive=np.sqrt(braking))


def scrape(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A block slides to and fro; friction sounds with the speed of sliding."""
    starts, lengths, position = draw_strokes(rng, times, (0.2, 0.5), (0.4, 1.0), 0.65, (0.12, 0.45))
    speed = np.abs(np.gradient(position, times))
    drive = np.clip(speed / (1.875 * 2 / 0.25), 0, 1) ** 0.8
    return Motion(times, dict(position=position), starts + lengths / 2, drive=drive)


def spin(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A rotor is driven in bursts; its whirr follows the rotation speed."""
    edges, levels = [times[0] - rng.uniform(0, 0.5)], []
    fast = bool(rng.integers(2))
    while edges[-1] < times[-1]:
        # Log-uniform lengths: bursts of even length would fit again one period later.
        low, high = (0.15, 0.65) if fast else (0.1, 0.55)
        edges.append(edges[-1] + log_uniform(rng, low, high))
        levels.append(rng.uniform(0.5, 1.0) if fast else rng.uniform(0.0, 0.08))
        fast = not fast
    levels, edges = np.array(levels), np.array(edges)
    index = np.clip(np.searchsorted(edges, times, side='right') - 1, 0, len(levels) - 1)
    # Inertia: a raised-cosine window of 0.12 s over the commanded speed.
    window = np.hanning(round(0.12 * CLOCK_RATE) + 1)
    padded = np.pad(levels[index], len(window) // 2, mode='edge')
    speed = np.convolve(padded, window / window.sum(), mode='valid')
    turns_per_second = rng.uniform(2.0, 3.0) * rng.choice([-1, 1])
    turn = np.cumsum(speed) / CLOCK_RATE * turns_per_second + rng.random()
    events = ((edges[:-1] + edges[1:]) / 2)[levels > 0.3]  # the middles of the bursts
    return Motion(times, dict(turn=turn, speed=speed), events, drive=speed)


def draw_syllables(
    rng, times, most, lengths, gap, pauses, softest=0.5, unit=1.0, skew=1.0, power=1.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words of up to ``most`` syllables: opening and vowel in [0, 1] over time, and the middles.

    A syllable lasts ``unit`` times a draw from the range ``lengths``, is followed by up to ``gap``,
    and a word by a pause (s); the opening is ``sin(pi u^skew)^power``.
    """
    opening, vowel = np.zeros_like(times), np.zeros_like(times)
    clock, events = times[0] - rng.uniform(0, 0.5), []
    while clock < times[-1]:
        for _ in range(rng.integers(1, most + 1)):
            length = unit * rng.uniform(*lengths)
            u = (times - clock) / length
            inside = (u >= 0) & (u <= 1)
            shape = np.sin(np.pi * u[inside] ** skew) ** power
            opening[inside] = rng.uniform(softest, 1.0) * shape
            vowel[inside] = rng.random()
            events.append(clock + length / 2)
            clock += length + rng.uniform(0.0, gap)
        clock += rng.uniform(*pauses)
    return opening, vowel, np.array(events)


def talk(rng: np.random.Generator, times: np.ndarray) -> Motion:
    """A mouth opens for syllables, grouped into words with pauses between them."""
    opening, vowel, events = draw_syllables(rng, times, 3, (0.15, 0.32), 0.06, (0.2, 0.5))
    curves = dict(opening=opening, vowel=vowel, nod=wander(rng, times, 0.15))
    return Motion(times, curves, events, drive=opening)


#: By class; each takes a random stream and the :func:`simulation_clock`.
MOTIONS = {
    motion.__name__: motion for motion in (bounce, strike, swing, shake, scrape, spin, tap, talk)
}

"""Timbres, and the sound of a motion: impacts by modal synthesis, driven noise and voices.

A timbre belongs to a sound family, not to a class, colour or shape: all impacts draw from one
pool. Pitches and materials of the splits are disjoint.

Every synthesis takes the times of the samples (s) and their rate (Hz), a motion, a timbre and a
random stream, and returns the waveform as float64 (n,) of no particular level.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .holdout import draw_held_out_log
from .motions import Motion

#: Sound family of each motion class.
FAMILIES = dict(
    bounce='impact', strike='impact', swing='impact', tap='impact', shake='rattle',
    scrape='friction', spin='whirr', talk='voice',
)  # fmt: skip
#: Range of the pitch-like parameter per family, Hz: lowest mode, centre of the noise, tone at
#: full speed, or the voice's fundamental. The splits share each range out in bands.
PITCH_RANGES = dict(
    impact=(180.0, 1500.0), rattle=(1800.0, 5500.0), friction=(700.0, 3200.0),
    whirr=(140.0, 520.0), voice=(95.0, 290.0),
)  # fmt: skip
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
    """One object's voice."""

    family: str  #: a key of :data:`SYNTHESES`
    pitch: float  #: the family's pitch-like parameter, Hz
    modes: tuple[float, ...]  #: ratios of the modes to the pitch; empty for continuous sounds
    decay: float  #: decay time of the lowest mode, s
    brightness: float  #: share of high partials and noise, in [0, 1]
    roughness: float  #: depth of grain in continuous sounds, in [0, 1]


def draw_timbre(rng: np.random.Generator, split: str, motion_class: str) -> Timbre:
    """Draws a timbre for ``motion_class`` from those of ``split``."""
    family = FAMILIES[motion_class]
    modes, decay = (), 0.0
    if family == 'impact':
        modes, decay = MATERIALS[split][str(rng.choice(list(MATERIALS[split])))]
        decay *= rng.uniform(0.75, 1.3)
    pitch = draw_held_out_log(rng, split, *PITCH_RANGES[family])
    return Timbre(family, pitch, modes, decay, rng.uniform(0.2, 1.0), rng.uniform(0.3, 0.9))


def _resonate(noise: np.ndarray, centre: float, bandwidth: float, rate: float) -> np.ndarray:
    """Two-pole resonator with unit gain at ``centre`` (Hz)."""
    from scipy.signal import lfilter

    radius = np.exp(-np.pi * bandwidth / rate)
    angle = 2 * np.pi * min(centre, 0.47 * rate) / rate
    poles = [1.0, -2 * radius * np.cos(angle), radius**2]
    gain = (1 - radius) * np.sqrt(1 - 2 * radius * np.cos(2 * angle) + radius**2)
    return lfilter([gain], poles, noise)


def _hits(times: np.ndarray, rate: float, motion: Motion) -> Iterator[tuple[int, float]]:
    """Sample and strength of each impact that is heard from its beginning."""
    for event, strength in zip(motion.events, motion.strengths, strict=True):
        sample = round((event - times[0]) * rate)
        if 0 <= sample < len(times):
            yield sample, strength


def impact(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Decaying modes and a click at each impact; harder impacts are louder and brighter.

    Modal synthesis after van den Doel & Pai, *The Sounds of Physical Shapes* (1998).
    """
    t = np.arange(int((0.01 + 7 * timbre.decay) * rate)) / rate
    body, ring = np.zeros_like(t), np.zeros_like(t)
    for order, ratio in enumerate(timbre.modes):
        freq = timbre.pitch * ratio
        if freq > 0.45 * rate:
            break
        mode = np.exp(-t * np.sqrt(ratio) / timbre.decay) * np.sin(2 * np.pi * freq * t)
        if order == 0:
            body += mode
        else:
            ring += rng.uniform(0.3, 0.9) * mode
    click = np.exp(-t / 0.004) * rng.standard_normal(len(t))
    ring = (0.3 + 0.7 * timbre.brightness) * ring + 0.6 * click
    out = np.zeros(len(times) + len(t))
    for sample, strength in _hits(times, rate, motion):
        # Amplitude grows with impact speed; its high part grows faster (shorter contact).
        out[sample : sample + len(t)] += strength * body + strength**1.5 * ring
    return out[: len(times)]


def rattle(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Many small collisions: the drive is their rate and their force."""
    drive = np.interp(times, motion.times, motion.drive)
    density = 150 + 2500 * (1 - timbre.roughness)  # collisions per second at full drive
    hits = rng.random(len(times)) < drive * density / rate
    grains = hits * rng.standard_normal(len(times)) * drive / np.sqrt(density)
    bright = _resonate(grains, timbre.pitch, 350 + 900 * timbre.brightness, rate)
    return bright + 0.3 * _resonate(grains, 0.45 * timbre.pitch, 400, rate)


def friction(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Noise that swells and brightens with speed, over the bumps of the surface."""
    drive = np.interp(times, motion.times, motion.drive)
    noise = rng.standard_normal(len(times))
    dull = _resonate(noise, 0.5 * timbre.pitch, 0.5 * timbre.pitch, rate)
    bright = _resonate(noise, timbre.pitch, 0.6 * timbre.pitch, rate)
    place = motion.at('position', times)
    bumps = 1 + timbre.roughness * np.sin(2 * np.pi * 9 * place + rng.uniform(0, 6.28))
    return drive * bumps * (dull + 2 * timbre.brightness * drive * bright)


def whirr(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Blade tone whose pitch and level follow the rotation speed, with wind noise."""
    drive = np.interp(times, motion.times, motion.drive)
    phase = 2 * np.pi * np.cumsum(timbre.pitch * (0.25 + 0.75 * drive)) / rate
    rolloff = 0.35 + 0.45 * timbre.brightness
    tone = sum(rolloff**k * np.sin((k + 1) * phase + k) for k in range(6))
    noise = rng.standard_normal(len(times))
    wind = _resonate(noise, 6 * timbre.pitch, 2 * timbre.pitch, rate)
    return drive**1.3 * (tone + 5 * timbre.roughness * wind)


#: First and second formants of a, e, i, o, u in Hz (Peterson & Barney 1952, rounded).
FORMANTS = np.array([[730, 1090], [530, 1840], [270, 2290], [570, 840], [300, 870]], float)


def voice(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Glottal pulses through formants; the opening of the mouth sets the level."""
    opening = np.interp(times, motion.times, motion.drive)
    vowel = motion.at('vowel', times)
    glide = 1 + 0.12 * np.sin(2 * np.pi * 0.9 * times + rng.uniform(0, 6.28)) + 0.1 * opening
    cycle = np.cumsum(timbre.pitch * glide / rate) % 1.0
    pulses = np.diff(cycle, prepend=cycle[0]) < -0.5
    source = pulses + 0.02 * rng.standard_normal(len(times))
    scale = 0.9 + 0.3 * (timbre.brightness - 0.2)
    out = np.zeros_like(times)
    weights = np.clip(1 - np.abs(vowel[None] * 4 - np.arange(5)[:, None]), 0, 1)
    for weight, (first, second) in zip(weights, FORMANTS, strict=True):
        if weight.any():
            low = _resonate(source, scale * first, 90, rate)
            high = _resonate(source, scale * second, 130, rate)
            out += weight * (low + 0.7 * high)
    return opening**1.3 * out


def burst(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Decaying noise at each impact, as of leaves, cloth, gravel or a shot."""
    level = np.zeros(len(times))
    for sample, strength in _hits(times, rate, motion):
        level[sample] += strength ** rng.uniform(0.8, 1.5)
    decay = np.exp(-np.arange(int(7 * timbre.decay * rate)) / (timbre.decay * rate))
    level = np.convolve(level, decay)[: len(times)]
    noise = rng.standard_normal(len(times))
    if timbre.roughness > 0.5:  # single grains
        noise *= rng.random(len(times)) < 10 ** (-2.5 * timbre.roughness + 0.5)
    width = timbre.pitch * (0.3 + 2 * timbre.brightness)
    body = _resonate(noise, timbre.pitch, width, rate)
    return level * (body + 0.15 * timbre.brightness * noise)


def pluck(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Harmonics that decay from each event on, of another note each time."""
    t = np.arange(int(6 * timbre.decay * rate)) / rate
    out = np.zeros(len(times) + len(t))
    for sample, strength in _hits(times, rate, motion):
        pitch = timbre.pitch * 2 ** (rng.integers(-7, 8) / 12)
        for order in timbre.modes:
            if order * pitch < 0.45 * rate:
                weight = (0.3 + 0.6 * timbre.brightness) ** (order - 1)
                fading = np.exp(-t * np.sqrt(order) / timbre.decay)
                wave = np.sin(2 * np.pi * order * pitch * t)
                out[sample : sample + len(t)] += strength * weight * fading * wave
    return out[: len(times)]


def tone(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """Harmonics and breath as loud as the drive, as of bowed or blown notes."""
    drive = np.interp(times, motion.times, motion.drive)
    # A new note about every event, its pitch gliding within 30 ms.
    index = np.searchsorted(motion.events, times - 0.5 * np.median(np.diff(motion.events)))
    notes = 2 ** (rng.integers(-5, 6, len(motion.events) + 1) / 12)
    changes = rng.random() < 0.7
    glide = np.hanning(round(0.03 * rate) | 1)
    steps = notes[index] if changes else np.ones(len(times))
    steps = np.convolve(np.pad(steps, len(glide) // 2, mode='edge'), glide / glide.sum(), 'valid')
    vibrato = 1 + 0.01 * np.sin(2 * np.pi * 5.5 * times)
    phase = 2 * np.pi * np.cumsum(timbre.pitch * steps * vibrato) / rate
    rolloff = 0.3 + 0.6 * timbre.brightness
    orders = range(1, max(2, min(12, int(0.45 * rate / (1.4 * timbre.pitch)))))
    wave = sum(rolloff ** (k - 1) * np.sin(k * phase + k) for k in orders)
    breath = _resonate(rng.standard_normal(len(times)), 3 * timbre.pitch, 2 * timbre.pitch, rate)
    return drive * (wave + 4 * timbre.roughness * breath)


def growl(times, rate, motion: Motion, timbre: Timbre, rng) -> np.ndarray:
    """A rough voice: pulses at uneven times through one broad resonance, and noise."""
    opening = np.interp(times, motion.times, motion.drive)
    knots = np.arange(times[0], times[-1] + 0.05, 0.03)
    drawn = rng.standard_normal(int((times[-1] - times[0]) / 0.03) + 3)
    wobble = np.interp(times, knots, drawn[: len(knots)])
    pitch = timbre.pitch * (0.8 + 0.4 * opening) * np.exp(0.2 * timbre.roughness * wobble)
    cycle = np.cumsum(pitch / rate) % 1.0
    pulses = (np.diff(cycle, prepend=cycle[0]) < -0.5) * np.exp(0.5 * rng.standard_normal())
    source = pulses + 0.08 * timbre.roughness * rng.standard_normal(len(times))
    low = _resonate(source, 500 + 500 * timbre.brightness, 300, rate)
    high = _resonate(source, 1500 + 1500 * timbre.brightness, 600, rate)
    return opening**1.2 * (low + high)


SYNTHESES = {
    synthesis.__name__: synthesis
    for synthesis in (impact, rattle, friction, whirr, voice, burst, pluck, tone, growl)
}


def synthesise(
    times: np.ndarray, motion: Motion, timbre: Timbre, rng: np.random.Generator
) -> np.ndarray:
    """Sound of ``motion`` with ``timbre`` at the sample ``times``, float64 (n,), RMS 1."""
    rate = (len(times) - 1) / (times[-1] - times[0])
    sound = SYNTHESES[timbre.family](times, rate, motion, timbre, rng)
    return sound / np.sqrt(np.mean(sound**2))


def mix(
    sounds: list[np.ndarray], noise_db: float, rng: np.random.Generator, peak: float
) -> np.ndarray:
    """Adds sources and low-passed noise ``noise_db`` below them; float32 (n,) up to ``peak``."""
    from scipy.signal import lfilter

    total = np.sum(sounds, axis=0)
    level = 10 ** (noise_db / 20) * np.sqrt(np.mean(total**2))
    noise = lfilter([1.0], [1.0, -rng.uniform(0.6, 0.95)], rng.standard_normal(len(total)))
    total = total + level * (noise / np.sqrt(np.mean(noise**2)))
    return (total * (peak / np.abs(total).max())).astype(np.float32)

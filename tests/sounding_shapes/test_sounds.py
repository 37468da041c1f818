"""Sound starts with the impact, grows with its speed and stops with the motion."""

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.motions import Motion
from mmav_coattn.sounding_shapes.sounds import Timbre, mix, synthesise

RATE = 16000
TIMES = np.arange(2 * RATE) / RATE


def timbre(family, pitch, modes=(), decay=0.0, brightness=0.5, roughness=0.5):
    return Timbre(family, pitch, modes, decay, brightness, roughness)


def loudness(sound, start, stop):
    return np.sqrt(np.mean(sound[round(start * RATE) : round(stop * RATE)] ** 2))


def centroid(sound, start):
    part = sound[round(start * RATE) :][:1600]
    power = np.abs(np.fft.rfft(part)) ** 2
    return (power * np.fft.rfftfreq(1600, 1 / RATE)).sum() / power.sum()


def peak_frequency(sound):
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return np.fft.rfftfreq(len(sound), 1 / RATE)[spectrum.argmax()]


def test_impacts_sound_when_and_as_hard_as_they_hit():
    motion = Motion(TIMES, {}, np.array([0.3, 1.1]), strengths=np.array([0.4, 1.0]))
    bar = timbre('impact', 500.0, modes=(1.0, 2.756), decay=0.04)
    sound = synthesise(TIMES, motion, bar, np.random.default_rng(0))
    assert np.abs(sound[: round(0.3 * RATE)]).max() == 0
    first = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())[0] / RATE
    assert first == pytest.approx(0.3, abs=0.001)
    ratio = loudness(sound, 1.1, 1.3) / loudness(sound, 0.3, 0.5)
    assert 1.0 / 0.4 < ratio < (1.0 / 0.4) ** 1.5
    assert centroid(sound, 1.1) > centroid(sound, 0.3)
    assert peak_frequency(sound[round(1.12 * RATE) :]) == pytest.approx(500, abs=8)


@pytest.mark.parametrize('family', ['rattle', 'friction', 'whirr', 'voice'])
def test_continuous_sounds_follow_the_drive(family):
    clock = np.arange(0, 2.001, 0.001)
    drive = np.select([clock < 0.5, clock < 1.0, clock < 1.5], [0.0, 0.4, 0.0], 0.9)
    curves = dict(position=np.sin(9 * clock), vowel=0 * clock + 0.3)
    motion = Motion(clock, curves, np.zeros(0), drive=drive)
    sound = synthesise(TIMES, motion, timbre(family, 400.0), np.random.default_rng(0))
    assert loudness(sound, 0.0, 0.49) < 1e-6
    assert loudness(sound, 1.3, 1.49) < 1e-2 * loudness(sound, 0.6, 0.9)
    assert loudness(sound, 1.6, 1.9) > 1.5 * loudness(sound, 0.6, 0.9)


def test_mix_sets_noise_and_peak():
    tone = np.sin(2 * np.pi * 440 * TIMES)
    mixed = mix([tone, 0 * tone], -20.0, np.random.default_rng(0), peak=0.6)
    assert mixed.dtype == np.float32 and np.abs(mixed).max() == pytest.approx(0.6)
    gain = mixed @ tone / (tone @ tone)
    noise = mixed - gain * tone
    level = 20 * np.log10(np.sqrt(np.mean(noise**2)) / (gain * np.sqrt(0.5)))
    assert level == pytest.approx(-20, abs=0.3)

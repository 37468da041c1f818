"""Random level, equalisation, reverberation and noise: one draw for an audio segment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mmaction.registry import TRANSFORMS
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from .base import Transform


@TRANSFORMS.register_module()
@dataclass(eq=False)
class AugmentAudio(Transform):
    """Change what rooms and microphones vary.

    The reverberation is noise that decays by 60 dB in its reverberation time, after the direct
    sound, which keeps its time. The noise has a random slope of its spectrum; some comes and goes.

    Required Keys: audio, sample_rate.
    Modified Keys: audio.
    """

    gain: float = 12.0  #: largest change of level, dB
    equalisation: float = 6.0  #: standard deviation of the gain at the equaliser's knots, dB
    reverberation: float = 0.5  #: share of segments with reverberation
    decay: Sequence[float] = (0.1, 0.8)  #: shortest and longest reverberation time, s
    noise_db: Sequence[float] = (-40.0, -3.0)  #: range of the noise's level, dB to the segment
    noise: float = 0.7  #: share of segments with noise

    def transform(self, results: dict) -> dict:
        rng = np.random.default_rng(np.random.randint(2**32, dtype=np.uint64))
        audio, rate = results['audio'], results['sample_rate']
        level = np.sqrt(np.mean(np.square(audio, dtype=np.float64))) + 1e-9
        # Room for the tail of the reverberation, so that the end does not run into the beginning.
        length = next_fast_len(len(audio) + round(self.decay[1] * rate), real=True)
        frequencies = rfftfreq(length, 1 / rate)
        spectrum = rfft(audio, length)
        if rng.uniform() < self.reverberation:
            spectrum = spectrum * rfft(self._response(rng, rate), length)
        spectrum = spectrum * self._equaliser(rng, frequencies)
        if rng.uniform() < self.noise:
            spectrum = spectrum + self._noise(rng, frequencies, level, len(audio), length)
        changed = irfft(spectrum, length)[: len(audio)]
        changed *= level / (np.sqrt(np.mean(np.square(changed))) + 1e-9)
        changed *= 10 ** (rng.uniform(-self.gain, self.gain) / 20)
        return results | dict(audio=changed.astype(np.float32))

    def _response(self, rng: np.random.Generator, rate: int) -> np.ndarray:
        """Impulse response of a room, the direct sound first."""
        decay = np.exp(rng.uniform(*np.log(self.decay)))
        time = np.arange(round(decay * rate)) / rate
        tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay)
        tail *= 10 ** (rng.uniform(-15, 3) / 20) / np.sqrt(np.sum(tail**2))
        tail[0] += 1.0
        return tail

    def _equaliser(self, rng: np.random.Generator, frequencies: np.ndarray) -> np.ndarray:
        """Gain of each frequency, smooth over octaves."""
        octaves = np.log2(np.maximum(frequencies, 30) / 30)
        knots = np.arange(0, octaves[-1] + 1, 1.5)
        decibels = self.equalisation * rng.standard_normal(len(knots))
        return 10 ** (np.interp(octaves, knots, decibels) / 20)

    def _noise(self, rng, frequencies, level: float, samples: int, length: int) -> np.ndarray:
        """Spectrum of noise; its level rises and falls in half of the cases."""
        slope = rng.uniform(-1.0, 0.3)
        shape = (np.maximum(frequencies, 60) / 60) ** slope
        wave = irfft(rfft(rng.standard_normal(length)) * shape, length)
        if rng.uniform() < 0.5:
            knots = np.exp(0.7 * rng.standard_normal(max(samples // 2000, 2)))
            wave *= np.interp(np.arange(length), np.linspace(0, length, len(knots)), knots)
        wave *= level / np.sqrt(np.mean(wave**2)) * 10 ** (rng.uniform(*self.noise_db) / 20)
        return rfft(wave)

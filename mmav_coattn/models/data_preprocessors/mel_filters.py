"""Mel filter bank, equal to ``librosa.filters.mel`` and without the seconds of importing it."""

from __future__ import annotations

import numpy as np

#: Slaney's scale (Auditory Toolbox, 1998): linear to 1 kHz, 15 mels there, then logarithmic with 27
#: mels for each factor of 6.4.
_HZ_PER_MEL = 200.0 / 3
_BEND_HZ = 1000.0
_BEND_MEL = _BEND_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27


def hz_to_mel(hz: np.ndarray) -> np.ndarray:
    """Frequencies in Hz on Slaney's mel scale."""
    hz = np.asarray(hz, dtype=np.float64)
    above = _BEND_MEL + np.log(np.maximum(hz, _BEND_HZ) / _BEND_HZ) / _LOG_STEP
    return np.where(hz < _BEND_HZ, hz / _HZ_PER_MEL, above)


def mel_to_hz(mels: np.ndarray) -> np.ndarray:
    """The inverse of :func:`hz_to_mel`."""
    mels = np.asarray(mels, dtype=np.float64)
    above = _BEND_HZ * np.exp(_LOG_STEP * (mels - _BEND_MEL))
    return np.where(mels < _BEND_MEL, mels * _HZ_PER_MEL, above)


def mel_filters(
    sample_rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float
) -> np.ndarray:
    """Triangular filters, each of area 1 Hz.

    Args:
        sample_rate (int): Of the waveform, Hz.
        n_fft (int): Length of the Fourier transform, samples.
        n_mels (int): Number of bands ``F``.
        f_min (float): Lower edge of the lowest band, Hz.
        f_max (float): Upper edge of the highest band, Hz.

    Returns:
        np.ndarray: ``(F, n_fft // 2 + 1)`` float32.
    """
    bins = np.linspace(0, sample_rate / 2, n_fft // 2 + 1)
    low, high = hz_to_mel(np.array([f_min, f_max]))
    edges = mel_to_hz(np.linspace(low, high, n_mels + 2))
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rise, fall))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)

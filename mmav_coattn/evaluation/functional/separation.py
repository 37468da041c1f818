"""Separated audio: masks applied, and the scale-invariant ratio of signal to distortion."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from .checks import finite_array, require_equal_shapes

EPS = 1e-12  #: Added to powers, so that silence has a ratio.


def si_sdr(estimate: ArrayLike, reference: ArrayLike) -> float:
    r"""Scale-invariant ratio of signal to distortion, dB.

    :math:`10 \log_{10} \|\alpha s\|^2 / \|\alpha s - \hat s\|^2` with
    :math:`\alpha = \langle \hat s, s \rangle / \|s\|^2`, means subtracted (Le Roux et al. 2019,
    "SDR -- half-baked or well done?").

    Raises:
        ValueError: If the shapes (S,) differ or a value is not finite.
    """
    found = finite_array(estimate, 'estimate', ndim=1)
    true = finite_array(reference, 'reference', ndim=1)
    require_equal_shapes(estimate=found, reference=true)
    found, true = found - found.mean(), true - true.mean()
    target = (found @ true) / (true @ true + EPS) * true
    return float(10 * np.log10((target @ target + EPS) / (np.sum((found - target) ** 2) + EPS)))


class MelMasking:
    """Takes parts out of a waveform by masks over its mel spectrogram.

    A bin of the Fourier transform has the mean mask of the bands that it lies in; phases stay.
    Arguments are those of :class:`~mmav_coattn.models.data_preprocessors.LogMelSpectrogram`.
    """

    def __init__(
        self, sample_rate: int, n_fft: int, win_length: int, hop_length: int, n_mels: int
    ) -> None:
        from librosa.filters import mel  # here, as importing it takes 0.3 to 1 s

        window = torch.hann_window(win_length, dtype=torch.float64)
        self.frames: dict[str, Any] = dict(
            n_fft=n_fft, win_length=win_length, hop_length=hop_length, window=window
        )
        self.filters = mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels)
        self.bins = self.filters.T / np.maximum(self.filters.sum(axis=0)[:, None], EPS)

    def spectrum(self, wave: np.ndarray) -> np.ndarray:
        """Complex spectrum (bins, T_a) of samples (S,)."""
        samples = torch.as_tensor(wave, dtype=torch.float64)
        return torch.stft(samples, pad_mode='constant', return_complex=True, **self.frames).numpy()

    def apply(self, wave: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Samples (S,) of the part of ``wave`` (S,) that a mask (F, T_a) keeps."""
        kept = torch.from_numpy(self.spectrum(wave) * (self.bins @ mask))
        return torch.istft(kept, length=len(wave), **self.frames).numpy()

    def oracle(self, solos: np.ndarray) -> np.ndarray:
        """Masks (K, F, T_a) of the best separation by power of solos (K, S): roots of shares."""
        powers = np.array([self.filters @ np.abs(self.spectrum(solo)) ** 2 for solo in solos])
        return np.sqrt(powers / (powers.sum(axis=0) + EPS))

"""The log-mel spectrogram in operations that every runtime has."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.models.data_preprocessors.log_mel import EPS, LogMelSpectrogram


class MatrixLogMel(nn.Module):
    """:class:`LogMelSpectrogram` with the Fourier transform as a convolution.

    ONNX has an operation ``STFT``, but of complex numbers in a layout that not every runtime knows.
    A convolution with the windowed sines and cosines, hop as stride, is the same sum, so what a
    runtime needs is what the towers need anyway.

    Args:
        log_mel (LogMelSpectrogram): Whose settings and filters are taken.
    """

    def __init__(self, log_mel: LogMelSpectrogram) -> None:
        super().__init__()
        self.sample_rate = log_mel.sample_rate
        self.n_fft = log_mel.n_fft
        self.hop_length = log_mel.hop_length
        self.frame_seconds = log_mel.frame_seconds
        self.mean, self.std = log_mel.mean, log_mel.std
        self.register_buffer('filters', log_mel.filters.clone())
        # A window shorter than the transform lies in its middle, as in torch.stft and librosa.
        before = (log_mel.n_fft - log_mel.win_length) // 2
        window = torch.zeros(log_mel.n_fft, dtype=torch.float64)
        window[before : before + log_mel.win_length] = log_mel.window.double().cpu()
        bands, samples = torch.arange(log_mel.n_fft // 2 + 1), torch.arange(log_mel.n_fft)
        # The product modulo n_fft keeps the argument small, and with it the rounding of its sine.
        turns = (bands[:, None] * samples % log_mel.n_fft).double() / log_mel.n_fft
        angle = 2 * math.pi * turns
        basis = torch.cat([angle.cos(), -angle.sin()]) * window
        self.register_buffer('basis', basis.float()[:, None].to(log_mel.filters.device))

    def forward(self, waveforms: Tensor) -> Tensor:
        """(N, S) -> (N, F, 1 + S // hop_length)."""
        padded = F.pad(waveforms.unsqueeze(1), (self.n_fft // 2, self.n_fft // 2))
        real, imaginary = F.conv1d(padded, self.basis, stride=self.hop_length).chunk(2, dim=1)
        power = real.square() + imaginary.square()
        return (torch.log(self.filters @ power + EPS) - self.mean) / self.std

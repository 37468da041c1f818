"""Log-mel spectrogram on the device, equal to librosa's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError


class LogMelSpectrogram(nn.Module):
    """Logarithm of the mel power spectrogram of a waveform.

    Equal to ``log(librosa.feature.melspectrogram(...) + eps)`` with ``center=True`` and zero
    padding: frame ``j`` is centred at ``j * hop_length / sample_rate`` seconds. The filter bank is
    that of ``librosa.filters.mel`` (Slaney's scale and area normalisation).

    Args:
        sample_rate (int): Rate of the waveform, Hz.
        n_fft (int): Length of the Fourier transform, samples.
        win_length (int): Length of the Hann window, samples.
        hop_length (int): Step between frames, samples.
        n_mels (int): Number of mel bands ``F``.
        f_min (float): Lower edge of the lowest band, Hz.
        f_max (float, optional): Upper edge of the highest band, Hz. Default: half the sample rate.
        eps (float): Added to the power before the logarithm; sets the value of silence.
        mean (float): Subtracted from the logarithm.
        std (float): Divides after that.

    Raises:
        ConfigError: If the window is longer than the transform, or the bands lie outside the
            spectrum.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        n_fft: int = 512,
        win_length: int = 400,
        hop_length: int = 160,
        n_mels: int = 64,
        f_min: float = 0.0,
        f_max: float | None = None,
        eps: float = 1e-6,
        mean: float = 0.0,
        std: float = 1.0,
    ) -> None:
        from librosa.filters import mel  # here, as importing it takes 0.3 to 1 s

        super().__init__()
        f_max = sample_rate / 2 if f_max is None else f_max
        if win_length > n_fft:
            raise ConfigError(
                f'log_mel: win_length={win_length} is longer than n_fft={n_fft}; '
                'raise n_fft or shorten the window.'
            )
        if not 0 <= f_min < f_max <= sample_rate / 2:
            raise ConfigError(
                f'log_mel: the bands from f_min={f_min} to f_max={f_max} Hz do not lie '
                f'inside 0 to {sample_rate / 2} Hz, half of sample_rate.'
            )
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.win_length = win_length
        self.hop_length = hop_length
        self.eps = eps
        self.mean = mean
        self.std = std
        filters = mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max)
        # Constants of the config, not weights: kept out of the checkpoint.
        self.register_buffer('filters', torch.from_numpy(filters), persistent=False)
        self.register_buffer('window', torch.hann_window(win_length), persistent=False)

    @property
    def frame_seconds(self) -> float:
        """Time from one frame to the next, s."""
        return self.hop_length / self.sample_rate

    @torch.no_grad()
    def forward(self, waveforms: Tensor) -> Tensor:
        """Compute the spectrogram, always in float32.

        Args:
            waveforms (Tensor): Samples, ``(..., S)``.

        Returns:
            Tensor: ``(..., F, 1 + S // hop_length)``.
        """
        shape = waveforms.shape[:-1]
        # Half precision cannot hold the power of a quiet band, so autocast stays out of here.
        with torch.autocast(waveforms.device.type, enabled=False):
            spectrum = torch.stft(
                waveforms.reshape(-1, waveforms.shape[-1]).float(),
                self.n_fft,
                self.hop_length,
                self.win_length,
                self.window,
                center=True,
                pad_mode='constant',
                return_complex=True,
            )
            power = spectrum.real.square() + spectrum.imag.square()
            log_mel = torch.log(self.filters @ power + self.eps)
            log_mel = (log_mel - self.mean) / self.std
        return log_mel.reshape(*shape, *log_mel.shape[1:])

"""Log-mel spectrogram on the device, equal to librosa's."""

import torch
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

EPS = 1e-6  #: Added to the power before the logarithm; sets the value of silence.


class LogMelSpectrogram(nn.Module):
    """``log(librosa.feature.melspectrogram(...) + 1e-6)`` with ``center=True`` and zero padding.

    Frame ``j`` is centred at ``j * hop_length / sample_rate`` seconds; the scale is Slaney's.

    Args:
        sample_rate (int): Rate of the waveform, Hz.
        n_fft, win_length, hop_length (int): Lengths of the Fourier transform and the Hann window,
            and step between frames, samples.
        n_mels (int): Number of mel bands ``F`` from 0 to half the sample rate.
        mean, std (float): Normalise the logarithm.

    Raises:
        ConfigError: If the window is longer than the transform.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        n_fft: int = 512,
        win_length: int = 400,
        hop_length: int = 160,
        n_mels: int = 64,
        mean: float = 0.0,
        std: float = 1.0,
    ) -> None:
        from librosa.filters import mel  # here, as importing it takes 0.3 to 1 s

        super().__init__()
        if win_length > n_fft:
            raise ConfigError(
                f'log_mel: win_length={win_length} is longer than n_fft={n_fft}; '
                'raise n_fft or shorten the window.'
            )
        self.sample_rate = sample_rate
        self.n_fft, self.win_length, self.hop_length = n_fft, win_length, hop_length
        self.frame_seconds = hop_length / sample_rate  # from one frame to the next
        self.mean, self.std = mean, std
        filters = mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels)
        # Constants of the config, not weights: kept out of the checkpoint.
        self.register_buffer('filters', torch.from_numpy(filters), persistent=False)
        self.register_buffer('window', torch.hann_window(win_length), persistent=False)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Samples (..., S) -> spectrograms (..., F, 1 + S // hop_length), always in float32."""
        return self.from_power(self.power(waveforms))

    def from_power(self, power: Tensor) -> Tensor:
        """Spectrogram of a power of the same shape."""
        return (torch.log(power) - self.mean) / self.std

    def to_power(self, log_mels: Tensor) -> Tensor:
        """Inverse of :meth:`from_power`."""
        return (log_mels * self.std + self.mean).exp()

    @torch.no_grad()
    def power(self, waveforms: Tensor) -> Tensor:
        """Mel power of samples (..., S), with what stands for silence: (..., F, T_a)."""
        shape = waveforms.shape[:-1]
        # Half precision cannot hold the power of a quiet band, so autocast stays out of here.
        with torch.autocast(waveforms.device.type, enabled=False):
            flat = waveforms.reshape(-1, waveforms.shape[-1]).float()
            sizes = self.n_fft, self.hop_length, self.win_length, self.window
            spectrum = torch.stft(flat, *sizes, pad_mode='constant', return_complex=True)
            power = spectrum.real.square() + spectrum.imag.square()
            power = self.filters @ power + EPS
        return power.reshape(*shape, *power.shape[1:])

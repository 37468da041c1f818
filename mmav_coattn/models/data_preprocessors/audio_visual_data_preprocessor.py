"""Stack, move to the device, normalise frames, and turn waveforms into log-mel spectrograms."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .log_mel import LogMelSpectrogram


@MODELS.register_module()
class AudioVisualDataPreprocessor(BaseDataPreprocessor):
    """Data preprocessor of audio-visual recognizers.

    Frames travel to the device as uint8 and waveforms as float32; everything arithmetic happens
    there. Samples that the dataset marked as unusable (evaluation only) carry no inputs: they are
    left out of the stacked batch and stay in ``data_samples``, so that the metric can name them.

    Args:
        mean (Sequence[float]): Mean of the RGB channels, 0 to 255.
        std (Sequence[float]): Standard deviation of the RGB channels, 0 to 255.
        log_mel (dict): Arguments of :class:`LogMelSpectrogram`.
        blank (str, optional): Blind control, in training and test alike: ``'picture'`` replaces
            every frame by the mean colour, ``'sound'`` every waveform by silence.
        subtract_mean_frame (bool): Whether the mean frame of each clip is subtracted from its
            frames, which leaves what moves. For small networks and little data: a tower that need
            not learn to overlook walls and colours learns from motion sooner. Appearance is lost,
            so a tower for transfer is better trained without.
        non_blocking (bool): Copy to the device without waiting.

    Raises:
        ConfigError: If ``blank`` is not one of the above.
    """

    BLANKS = (None, 'picture', 'sound')

    def __init__(
        self,
        mean: Sequence[float] = (123.675, 116.28, 103.53),
        std: Sequence[float] = (58.395, 57.12, 57.375),
        log_mel: dict | None = None,
        blank: str | None = None,
        subtract_mean_frame: bool = False,
        non_blocking: bool = False,
    ) -> None:
        super().__init__(non_blocking=non_blocking)
        if blank not in self.BLANKS:
            raise ConfigError(f'data_preprocessor: blank={blank!r} is not one of {self.BLANKS}.')
        self.blank = blank
        self.subtract_mean_frame = subtract_mean_frame
        self.log_mel = LogMelSpectrogram(**(log_mel or {}))
        for name, value in (('mean', mean), ('std', std)):
            tensor = torch.tensor(value, dtype=torch.float32).view(-1, 1, 1, 1)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare one collated batch.

        Args:
            data (dict): ``inputs`` with ``imgs``, N uint8 tensors (1, C, T, H, W), and ``audios``,
                N float tensors (1+K, S), each None for an unusable sample; and ``data_samples``.
                Stacked tensors are taken as well.
            training (bool): Not used: augmentation is done by the pipeline.

        Returns:
            dict: ``inputs`` with ``imgs`` (N, C, T, H, W), the same ``frames`` as they came, uint8,
            ``log_mels`` (N, 1+K, F, T') and ``clip_seconds``, or None if no sample of the batch is
            usable; and ``data_samples``.
        """
        data = self.cast_data(data)
        imgs = [x for x in data['inputs']['imgs'] if x is not None]
        audios = [x for x in data['inputs']['audios'] if x is not None]
        inputs = self.preprocess(torch.stack(imgs), torch.stack(audios)) if imgs else None
        return dict(inputs=inputs, data_samples=data.get('data_samples'))

    def preprocess(self, imgs: Tensor, audios: Tensor) -> dict:
        """Normalise frames and compute log-mels.

        Args:
            imgs (Tensor): uint8, (N, 1, C, T, H, W) or (N, C, T, H, W).
            audios (Tensor): float32, (N, 1+K, S).

        Returns:
            dict: See :meth:`forward`.
        """
        frames = imgs.flatten(0, 1) if imgs.ndim == 6 else imgs
        return dict(
            frames=frames,
            imgs=self.normalize(frames),
            log_mels=self.spectrograms(audios),
            clip_seconds=audios.shape[-1] / self.log_mel.sample_rate,
        )

    def normalize(self, imgs: Tensor) -> Tensor:
        """Frames (N, C, T, H, W), uint8, as the visual tower takes them, float32."""
        imgs = (imgs.float() - self.mean) / self.std
        if self.subtract_mean_frame:
            imgs = imgs - imgs.mean(dim=2, keepdim=True)
        return self.blank_picture(imgs) if self.blank == 'picture' else imgs

    def spectrograms(self, audios: Tensor) -> Tensor:
        """Waveforms (..., S) as the audio tower takes them, log-mels (..., F, T')."""
        return self.log_mel(torch.zeros_like(audios) if self.blank == 'sound' else audios)

    @staticmethod
    def blank_picture(imgs: Tensor) -> Tensor:
        """Normalised frames of the mean colour, of the shape of ``imgs``."""
        return torch.zeros_like(imgs)

    def blank_sound(self, log_mels: Tensor) -> Tensor:
        """Log-mels of digital silence, of the shape of ``log_mels``."""
        silence = self.log_mel(log_mels.new_zeros(self.log_mel.n_fft))[..., :1]
        return silence.expand_as(log_mels)

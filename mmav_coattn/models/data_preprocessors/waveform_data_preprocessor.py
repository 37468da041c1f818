"""Frames and raw waveforms, for networks that read the sound as it is."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor

from .audio_visual_data_preprocessor import AudioVisualDataPreprocessor


@MODELS.register_module()
class WaveformDataPreprocessor(AudioVisualDataPreprocessor):
    """:class:`AudioVisualDataPreprocessor` that leaves the sound a waveform.

    Its ``inputs`` hold ``waveforms`` (N, 1+K, S), -1 to 1, instead of ``log_mels``. Of ``log_mel``
    only ``sample_rate`` matters.
    """

    def preprocess(self, imgs: Tensor, audios: Tensor) -> dict:
        """Normalise frames; see :meth:`AudioVisualDataPreprocessor.preprocess`."""
        return dict(
            imgs=self.normalize(imgs.flatten(0, 1) if imgs.ndim == 6 else imgs),
            waveforms=torch.zeros_like(audios) if self.blank == 'sound' else audios,
            clip_seconds=audios.shape[-1] / self.log_mel.sample_rate,
        )

    def blank_sound(self, waveforms: Tensor) -> Tensor:
        """Digital silence of the shape of ``waveforms``."""
        return torch.zeros_like(waveforms)

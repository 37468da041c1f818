"""Stack, move to the device, normalise frames, and turn waveforms into log-mel spectrograms."""

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

    All arithmetic happens on the device. Samples that the dataset marked as unusable (evaluation
    only) are left out of the batch and stay in ``data_samples``, so that the metric can name them.

    Args:
        mean (Sequence[float]): Mean of the RGB channels, 0 to 255.
        std (Sequence[float]): Standard deviation of the RGB channels, 0 to 255.
        log_mel (dict): Arguments of :class:`LogMelSpectrogram`.
        subtract_mean_frame (bool): Whether the mean frame of each clip is subtracted from its
            frames, which leaves what moves. For small networks and little data. Appearance is lost,
            so a tower for transfer is better trained without.
        mix_audio (float): Share of the clips, in training, to whose audio that of another clip of
            the batch is added, at -6 to 6 dB: scenes with several sources without labels.

    Raises:
        ConfigError: If ``mix_audio`` is not within 0 and 1.
    """

    def __init__(
        self,
        mean: Sequence[float] = (123.675, 116.28, 103.53),
        std: Sequence[float] = (58.395, 57.12, 57.375),
        log_mel: dict | None = None,
        subtract_mean_frame: bool = False,
        mix_audio: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 <= mix_audio <= 1:
            raise ConfigError(f'data_preprocessor: mix_audio={mix_audio} must be within 0 and 1.')
        self.mix_audio = mix_audio
        self.subtract_mean_frame = subtract_mean_frame
        self.log_mel = LogMelSpectrogram(**(log_mel or {}))
        for name, value in (('mean', mean), ('std', std)):
            tensor = torch.tensor(value, dtype=torch.float32).view(-1, 1, 1, 1)
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare one collated batch; audio is mixed in training alone.

        Args:
            data (dict): ``inputs``, lists of N tensors, None for an unusable sample, or stacked:
                ``imgs`` uint8 (1, C, T, H, W), ``audio`` float (S,) of the audio segment and
                ``audio_starts`` (J,), s from its first sample to each window. Either modality may
                be absent. And ``data_samples``, with the meta information ``clip_seconds``.

        Returns:
            dict: ``data_samples``, and ``inputs``, None if no sample is usable: normalised ``imgs``
            (N, C, T, H, W), the same ``frames`` as they came, ``audio`` (N, S), ``audio_starts``
            (N, J), ``log_mels`` (N, F, T_a), ``clip_seconds``; ``source_mask`` of :meth:`mix`.
        """
        data = self.cast_data(data)
        samples, inputs = data.get('data_samples'), {}
        for name, values in data['inputs'].items():
            usable = [value for value in values if value is not None]
            if not usable:
                return dict(inputs=None, data_samples=samples)
            inputs[name] = torch.stack(usable)
        seconds = [s.get('clip_seconds') for s in samples or () if 'unusable' not in s]
        inputs = self.preprocess(clip_seconds=seconds[0] if seconds else None, **inputs)
        if training and self.mix_audio:
            inputs |= self.mix(inputs['audio'])
        return dict(inputs=inputs, data_samples=samples)

    def preprocess(
        self,
        imgs: Tensor | None = None,
        audio: Tensor | None = None,
        audio_starts: Tensor | None = None,
        clip_seconds: float | None = None,
    ) -> dict:
        """Stacked inputs, ``imgs`` (N, 1, C, T, H, W) or (N, C, T, H, W); see :meth:`forward`.

        By default a clip (``clip_seconds``, s) is as long as its audio, with one window at 0.
        """
        inputs = {}
        if imgs is not None:
            frames = imgs.flatten(0, 1) if imgs.ndim == 6 else imgs
            inputs |= dict(frames=frames, imgs=self.normalize(frames))
        if audio is not None:
            # Not len(audio), which the export to ONNX takes for a constant.
            starts = audio.new_zeros(audio.shape[0], 1) if audio_starts is None else audio_starts
            inputs |= dict(
                audio=audio,
                log_mels=self.log_mel(audio),
                audio_starts=starts.float(),
                clip_seconds=clip_seconds or audio.shape[-1] / self.log_mel.sample_rate,
            )
        return inputs

    def normalize(self, imgs: Tensor, mean_frame: Tensor | None = None) -> Tensor:
        """Frames (N, C, T, H, W), uint8, as the visual tower takes them, float32.

        ``subtract_mean_frame`` subtracts ``mean_frame``, by default the mean of the T frames.
        """
        imgs = imgs.float()
        if not self.subtract_mean_frame:
            mean_frame = self.mean
        elif mean_frame is None:
            mean_frame = imgs.mean(dim=2, keepdim=True)
        return (imgs - mean_frame) / self.std

    def mix(self, audio: Tensor) -> dict[str, Tensor]:
        """Add to the audio (N, S) of some clips that of the clip before in the batch.

        ``audio``, its ``log_mels``, and ``source_mask`` (N, F, T_a): root of the share of the power
        that is the clip's own, 1 where nothing was added.
        """
        level = audio.square().mean(dim=-1, keepdim=True).clamp(min=1e-10)
        decibels = torch.empty_like(level).uniform_(-6, 6)
        chosen = torch.rand_like(level) < self.mix_audio
        other = audio.roll(1, dims=0) * (level / level.roll(1, dims=0)).sqrt()
        other = other * 10 ** (decibels / 20) * chosen
        own, rest = self.log_mel.power(audio), self.log_mel.power(other)
        mixed = audio + other
        mask = (own / (own + rest)).sqrt()
        return dict(audio=mixed, log_mels=self.log_mel(mixed), source_mask=mask)

    def control_inputs(self, inputs: dict, control: str) -> dict:
        """Inputs of a control, from which nothing can be told.

        The frames become the mean colour (``'video_blank'``) or the first of them
        (``'video_still'``), the audio silence (``'audio_blank'``).
        """
        if control == 'audio_blank':
            silence = torch.zeros_like(inputs['audio'])
            return inputs | dict(audio=silence, log_mels=self.log_mel(silence))
        imgs = inputs['imgs']
        if control == 'video_still' and not self.subtract_mean_frame:
            return inputs | dict(imgs=imgs[:, :, :1].expand_as(imgs).contiguous())
        return inputs | dict(imgs=torch.zeros_like(imgs))

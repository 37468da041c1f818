"""Two towers, each any registered backbone."""

from contextlib import AbstractContextManager
from pathlib import Path

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


@MODELS.register_module()
class AudioVisualBackbone(BaseModule):
    """A visual and an audio tower side by side.

    Args:
        visual (dict): Config of a backbone (N, C, T, H, W) -> (N, C', T', H', W'), such as
            ``ResNet3d``. Of several outputs the last is taken.
        audio (dict): Config of a backbone (N, 1, F, T) -> (N, C', F', T').
        channels_last (bool): Keep the visual tower with channels innermost in memory; same numbers,
            faster 3-D convolutions (1.3x on CPU). Not the audio tower: torch 2.13's CPU kernels
            crash in the backward pass of its one-channel stem with 8 output channels.
        bf16 (bool): Run the towers in bfloat16 in training, and where a whole file is embedded, on
            a CPU that has the instructions; elsewhere it does nothing. On a GPU use ``--amp``.
    """

    def __init__(
        self, visual: dict, audio: dict, channels_last: bool = True, bf16: bool = False
    ) -> None:
        super().__init__()
        self.visual = MODELS.build(visual)
        self.audio = MODELS.build(audio)
        self.channels_last = channels_last
        self.bf16 = bf16 and cpu_has_bf16()
        if channels_last:
            self.visual.to(memory_format=torch.channels_last_3d)

    def forward(self, imgs: Tensor, log_mels: Tensor) -> tuple[Tensor, Tensor]:
        return self.forward_visual(imgs), self.forward_audio(log_mels)

    def forward_visual(self, imgs: Tensor) -> Tensor:
        """Frames (N, C, T, H, W) -> features (N, C_v, T', H', W')."""
        if self.channels_last:
            imgs = imgs.contiguous(memory_format=torch.channels_last_3d)
        return self._run(self.visual, imgs)

    def forward_audio(self, log_mels: Tensor) -> Tensor:
        """Spectrograms (N, F, T_a) -> features (N, C_a, F', T'')."""
        return self._run(self.audio, log_mels.unsqueeze(1))

    def fast_inference(self) -> AbstractContextManager:
        """Context in which towers in evaluation mode run as in training, with ``bf16``."""
        return torch.autocast('cpu', torch.bfloat16, enabled=self.bf16)

    def _run(self, tower: nn.Module, x: Tensor) -> Tensor:
        if not (self.bf16 and self.training and x.device.type == 'cpu'):
            return last_output(tower(x))
        with self.fast_inference():
            return last_output(tower(x)).float()


def last_output(features: Tensor | tuple[Tensor, ...]) -> Tensor:
    """The deepest of a backbone's outputs."""
    return features[-1] if isinstance(features, tuple) else features


def cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bfloat16 in hardware; emulated it is slower than float32."""
    info = Path('/proc/cpuinfo')
    text = info.read_text(encoding='utf-8') if info.is_file() else ''
    return 'avx512_bf16' in text or 'amx_bf16' in text

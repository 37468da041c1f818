"""Two towers, each any registered backbone."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import VisualFeatures

from .checkpointing import checkpoint_stages


@MODELS.register_module()
class AudioVisualBackbone(BaseModule):
    """A visual and an audio tower side by side.

    The towers do not see each other: the visual one runs once per clip, whatever the number of
    audio windows it is compared with afterwards.

    Args:
        visual (dict): Config of a backbone (N, C, T, H, W) -> (N, C', T', H', W'), for instance
            mmaction2's ``ResNet3d``. Of several outputs the last is taken, unless ``multi_scale``.
        audio (dict): Config of a backbone (M, 1, F, T) -> (M, C', F', T').
        channels_last (bool): Keep weights and features of the visual tower with channels innermost
            in memory; same numbers, faster 3-D convolutions (1.3x on CPU). The audio tower stays as
            it is: torch 2.13's CPU kernels crash in the backward pass of its one-channel stem with
            channels-last weights and 8 output channels.
        with_cp (bool): Gradient checkpointing: each stage of both towers keeps its input alone and
            is run again in the backward pass. Same numbers, less memory, more time.
        multi_scale (bool): Hand on all outputs of the visual tower (its ``out_indices``), finest
            first, instead of the last one.
        init_cfg (dict, optional): Initialisation.
    """

    def __init__(
        self,
        visual: dict,
        audio: dict,
        channels_last: bool = True,
        with_cp: bool = False,
        multi_scale: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.visual = MODELS.build(visual)
        self.audio = MODELS.build(audio)
        self.channels_last = channels_last
        self.multi_scale = multi_scale
        if channels_last:
            self.visual.to(memory_format=torch.channels_last_3d)
        if with_cp:
            checkpoint_stages(self.visual)
            checkpoint_stages(self.audio)

    def forward(self, imgs: Tensor, log_mels: Tensor) -> tuple[VisualFeatures, Tensor]:
        """Run both towers.

        Args:
            imgs (Tensor): Normalised frames (N, C, T, H, W).
            log_mels (Tensor): Spectrograms (N, 1+K, F, T_a).

        Returns:
            tuple: Visual features (N, C_v, T', H', W'), or a tuple of those of each stage, and
            audio features (N, 1+K, C_a, F', T'').
        """
        visual = self.forward_visual(imgs)
        audio = self.forward_audio(log_mels.flatten(0, 1).unsqueeze(1))
        return visual, audio.unflatten(0, log_mels.shape[:2])

    def forward_visual(self, imgs: Tensor) -> VisualFeatures:
        """Run the visual tower: (N, C, T, H, W) -> (N, C_v, T', H', W').

        Returns:
            Tensor | tuple[Tensor, ...]: Of all stages, if ``multi_scale``.

        Raises:
            ConfigError: If ``multi_scale`` and the tower has one output.
        """
        if self.channels_last:
            imgs = imgs.contiguous(memory_format=torch.channels_last_3d)
        features = self.visual(imgs)
        if isinstance(features, tuple):
            return features if self.multi_scale else features[-1]
        if self.multi_scale:
            raise ConfigError(
                'backbone: multi_scale=True, and the visual tower gives one output; give it '
                'several out_indices, such as (0, 2).'
            )
        return features

    def forward_audio(self, log_mels: Tensor) -> Tensor:
        """Run the audio tower: (M, 1, F, T_a) -> (M, C_a, F', T'')."""
        features = self.audio(log_mels)
        return features[-1] if isinstance(features, tuple) else features

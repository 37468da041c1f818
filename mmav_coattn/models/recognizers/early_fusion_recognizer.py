"""The recognizer whose network joins audio and video early."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.models.heads.fused_head import FusedFeatures

from .audio_visual_recognizer import AudioVisualRecognizer


@MODELS.register_module()
class EarlyFusionRecognizer(AudioVisualRecognizer):
    """Judges pairs with an :class:`EarlyFusionNet`; the baseline of Owens & Efros (ECCV 2018).

    The layers after the fusion run once for each pair of clip and window. Losses, predictions and
    blind controls are those of :class:`AudioVisualRecognizer`; the map is the head's class
    activation map.

    Args:
        backbone (dict): :class:`EarlyFusionNet`.
        neck (None): There is none.
        cls_head (dict): :class:`FusedHead`.

    The others are those of :class:`AudioVisualRecognizer`.
    """

    def extract_feat(self, inputs: dict, stage: str = 'neck', **kwargs) -> tuple:
        """Run the network up to a stage; as :meth:`AudioVisualRecognizer.extract_feat`.

        Stage ``'backbone'`` gives the features of both modalities before the fusion.
        """
        windows = cut_windows(
            inputs['audio'],
            inputs['audio_starts'],
            inputs['clip_seconds'],
            self.data_preprocessor.log_mel.sample_rate,
        )
        num_clips, num_windows = windows.shape[:2]
        visual = self.backbone.visual(inputs['imgs'])
        audio = self.backbone.audio(windows.flatten(0, 1))
        if stage == 'backbone':
            return (visual, audio.unflatten(0, (num_clips, num_windows))), {}
        pairs = visual.repeat_interleave(num_windows, dim=0)
        maps = self.backbone.fused(pairs, audio).unflatten(0, (num_clips, num_windows))
        features = FusedFeatures(maps, self.cls_head.activation_map(maps))
        return (features if stage == 'neck' else self.cls_head(features)), {}


def cut_windows(audio: Tensor, starts: Tensor, seconds: float, rate: int) -> Tensor:
    """Windows of waveforms.

    Args:
        audio (Tensor): (N, S).
        starts (Tensor): (N, J), s.
        seconds (float): Length of a window.
        rate (int): Of the waveforms, Hz.

    Returns:
        Tensor: (N, J, round(seconds * rate)).
    """
    samples = torch.arange(round(seconds * rate), device=audio.device)
    index = (starts * rate).round().long()[..., None] + samples
    index = index.clamp(max=audio.shape[-1] - 1)
    return audio.gather(1, index.flatten(1)).view(index.shape)

"""The recognizer whose network joins audio and video early."""

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.models.heads.baseline_heads import FusedFeatures

from .audio_visual_recognizer import AudioVisualRecognizer


@MODELS.register_module()
class EarlyFusionRecognizer(AudioVisualRecognizer):
    """Judges pairs with an :class:`EarlyFusionNet`; the baseline of Owens & Efros (ECCV 2018).

    The layers after the fusion run once for each pair of clip and window. ``neck`` is None, and
    ``cls_head`` a :class:`FusedHead`, whose class activation map is the map.
    """

    def extract_feat(self, inputs: dict, **kwargs) -> tuple[FusedFeatures, dict]:
        rate = self.data_preprocessor.log_mel.sample_rate
        windows = cut_windows(inputs['audio'], inputs['audio_starts'], inputs['clip_seconds'], rate)
        visual = self.backbone.visual(inputs['imgs'])
        audio = self.backbone.forward_audio(windows.flatten(0, 1))
        pairs = visual.repeat_interleave(windows.shape[1], dim=0)
        maps = self.backbone.fuse(pairs, audio).unflatten(0, windows.shape[:2])
        return FusedFeatures(maps, self.cls_head.activation_map(maps)), {}


def cut_windows(audio: Tensor, starts: Tensor, seconds: float, rate: int) -> Tensor:
    """Windows (N, J, round(seconds * rate)) from ``starts`` (N, J), s, on, of waveforms (N, S)."""
    samples = torch.arange(round(seconds * rate), device=audio.device)
    index = (starts * rate).round().long()[..., None] + samples
    index = index.clamp(max=audio.shape[-1] - 1)
    return audio.gather(1, index.flatten(1)).view(index.shape)

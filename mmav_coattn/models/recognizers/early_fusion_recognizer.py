"""The recognizer whose network joins sound and picture early."""

from __future__ import annotations

from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.localization import ClipEvidence
from mmav_coattn.models.heads.fused_head import FusedFeatures

from .audio_visual_recognizer import AudioVisualRecognizer


@MODELS.register_module()
class EarlyFusionRecognizer(AudioVisualRecognizer):
    """Judges pairs with an :class:`EarlyFusionNet`; the baseline of Owens & Efros (ECCV 2018).

    The layers after the fusion run once for each pair of picture and sound; only the layers before
    it are shared by the sounds of a clip. Losses, predictions and blind controls are those of
    :class:`AudioVisualRecognizer`; the map is the head's class activation map.

    Args:
        backbone (dict): :class:`EarlyFusionNet`.
        cls_head (dict): :class:`FusedHead`.
        train_cfg (dict, optional): See :class:`AudioVisualRecognizer`.
        test_cfg (dict, optional): See :class:`AudioVisualRecognizer`.
        data_preprocessor (dict, optional): :class:`WaveformDataPreprocessor`.
    """

    AUDIO_KEY = 'waveforms'

    def __init__(
        self,
        backbone: dict,
        cls_head: dict,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
    ) -> None:
        data_preprocessor = data_preprocessor or dict(type='WaveformDataPreprocessor')
        super().__init__(backbone, None, cls_head, train_cfg, test_cfg, data_preprocessor)

    def extract_feat(
        self, inputs: dict, stage: str = 'neck', return_attention: bool = False, **kwargs
    ) -> tuple[FusedFeatures | tuple | Tensor, dict]:
        """Run the network up to a stage; as :meth:`AudioVisualRecognizer.extract_feat`.

        Stage ``'backbone'`` gives the features of both modalities before the fusion.
        """
        waveforms = inputs['waveforms']
        num_clips, num_audios = waveforms.shape[:2]
        visual = self.backbone.visual(inputs['imgs'])
        audio = self.backbone.audio(waveforms.flatten(0, 1))
        if stage == 'backbone':
            return (visual, audio.unflatten(0, (num_clips, num_audios))), {}
        pairs = visual.repeat_interleave(num_audios, dim=0)
        maps = self.backbone.fused(pairs, audio).unflatten(0, (num_clips, num_audios))
        attention = self.cls_head.activation_map(maps) if return_attention else None
        features = FusedFeatures(maps, attention)
        if stage == 'neck':
            return features, {}
        return self.cls_head(features), {}

    def gather_evidence(self, inputs: dict, return_attention: bool = False) -> ClipEvidence:
        """What maps are read off; there are no towers to look into."""
        features, _ = self.extract_feat(inputs, return_attention=return_attention)
        seconds = inputs['clip_seconds']
        return ClipEvidence(self, inputs['imgs'], None, None, 0, seconds, features)

"""The recognizer that learns and judges synchronisation."""

from __future__ import annotations

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.localization import ClipEvidence, build_map_source
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures
from mmav_coattn.models.necks.time_alignment import step_times
from mmav_coattn.visual_stages import VisualFeatures, last_stage

from .negatives import borrow_negatives, check_negatives


@MODELS.register_module()
class AudioVisualRecognizer(BaseRecognizer):
    """Towers, neck and head over frames and the log-mels of 1+K audio windows.

    ``inputs`` is what :class:`AudioVisualDataPreprocessor` makes: ``imgs`` (N, C, T, H, W),
    ``log_mels`` (N, 1+K, F, T_a), ``clip_seconds`` (s). The visual tower runs once per clip.

    Args:
        backbone (dict): :class:`AudioVisualBackbone`.
        neck (dict): :class:`CoAttentionNeck` or another neck of that signature.
        cls_head (dict): :class:`SyncHead`.
        train_cfg (dict, optional): ``negatives`` (str): whether the sounds that do not belong to a
            clip are other times of the ``'same'`` video (hard; the default), or are taken from
            ``'other'`` videos of the batch (easy). :class:`NegativesScheduleHook` changes it.
        test_cfg (dict, optional): ``blind_controls`` (bool): judge each clip also with its picture
            and with its sound blanked. ``return_map`` (bool): add the map of where each sound is
            made, and how sure it is. ``map_source`` (str or dict): what kind of map, see
            :func:`~mmav_coattn.localization.build_map_source`; ``'attention'`` by default.
            ``return_attention`` (bool): add the bare attention.
        data_preprocessor (dict, optional): :class:`AudioVisualDataPreprocessor`.
    """

    #: Where ``inputs`` hold the sound.
    AUDIO_KEY = 'log_mels'

    def __init__(
        self,
        backbone: dict,
        neck: dict | None,
        cls_head: dict,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
    ) -> None:
        data_preprocessor = data_preprocessor or dict(type='AudioVisualDataPreprocessor')
        super().__init__(backbone, cls_head, neck, train_cfg, test_cfg, data_preprocessor)
        #: ``'same'`` or ``'other'``; in training.
        self.negatives = check_negatives((train_cfg or {}).get('negatives', 'same'))
        test_cfg = test_cfg or {}
        self.blind_controls = test_cfg.get('blind_controls', False)
        #: What says where a sound is made; the same for metric, pictures and overlay videos.
        self.map_source = build_map_source(test_cfg.get('map_source', 'attention'))
        #: Set by whoever wants maps, for instance the visualisation hook.
        self.return_map = test_cfg.get('return_map', False)
        self.return_attention = test_cfg.get('return_attention', False)

    def extract_feat(
        self, inputs: dict, stage: str = 'neck', return_attention: bool = False, **kwargs
    ) -> tuple[CoAttentionFeatures | tuple | Tensor, dict]:
        """Run the network up to a stage.

        Args:
            inputs (dict): See the class.
            stage (str): ``'backbone'``, ``'neck'`` or ``'head'``.
            return_attention (bool): Compute the attention map in the neck.

        Returns:
            tuple: The stage's output, and an empty dict, as mmaction2's recognizers return.
        """
        imgs, log_mels = inputs['imgs'], inputs['log_mels']
        visual, audio = self.backbone(imgs, log_mels)
        if stage == 'backbone':
            return (visual, audio), {}
        features = self.attend(
            visual,
            audio,
            imgs.shape[2],
            log_mels.shape[-1],
            inputs['clip_seconds'],
            return_attention,
        )
        if stage == 'neck':
            return features, {}
        return self.cls_head(features), {}

    def attend(
        self,
        visual: VisualFeatures,
        audio: Tensor,
        num_frames: int,
        num_spectra: int,
        clip_seconds: float,
        return_attention: bool = False,
    ) -> CoAttentionFeatures:
        """Run the neck on features of the towers, which may have been computed apart.

        Args:
            visual (Tensor | tuple[Tensor, ...]): (N, C_v, T', H', W'), or of several stages.
            audio (Tensor): (N, 1+K, C_a, F', T'').
            num_frames (int): Frames that the visual tower saw of a clip.
            num_spectra (int): Frames of the log-mels that the audio tower saw.
            clip_seconds (float): Length of the clip, s.
            return_attention (bool): Compute the attention map.

        Returns:
            CoAttentionFeatures: What the head takes.
        """
        frame_seconds = clip_seconds / num_frames
        # Frame i was taken in the middle of the i-th of num_frames equal parts of the clip.
        visual_times = step_times(
            last_stage(visual).shape[2], num_frames, frame_seconds, frame_seconds / 2, audio.device
        )
        audio_times = step_times(
            audio.shape[-1],
            num_spectra,
            self.data_preprocessor.log_mel.frame_seconds,
            0.0,
            audio.device,
        )
        return self.neck(visual, audio, visual_times, audio_times, return_attention)

    def gather_evidence(self, inputs: dict, return_attention: bool = False) -> ClipEvidence:
        """What maps are read off: the outputs of towers and neck for a batch."""
        imgs, log_mels = inputs['imgs'], inputs['log_mels']
        visual, audio = self.backbone(imgs, log_mels)
        num_spectra, seconds = log_mels.shape[-1], inputs['clip_seconds']
        features = self.attend(visual, audio, imgs.shape[2], num_spectra, seconds, return_attention)
        sizes = num_spectra, seconds
        return ClipEvidence(self, imgs, visual, audio, *sizes, features, inputs.get('frames'))

    def _forward(self, inputs: dict, stage: str = 'head', **kwargs) -> Tensor:
        """Mode ``tensor``: the output of a stage, the logits (N, 1+K) by default."""
        return self.extract_feat(inputs, stage=stage)[0]

    def loss(self, inputs: dict, data_samples: list, **kwargs) -> dict[str, Tensor]:
        """Mode ``loss``: losses of a batch, see :meth:`SyncHead.loss`."""
        if self.negatives == 'other':
            inputs = dict(inputs, **{self.AUDIO_KEY: borrow_negatives(inputs[self.AUDIO_KEY])})
        features, _ = self.extract_feat(inputs)
        return self.cls_head.loss(features, data_samples)

    def predict(self, inputs: dict | None, data_samples: list, **kwargs) -> list:
        """Mode ``predict``: add the judgement to each usable data sample.

        Args:
            inputs (dict, optional): Of the usable samples, in order; None if there is none.
            data_samples (list[ActionDataSample]): All samples; those with ``unusable`` are passed
                through as they are.

        Returns:
            list[ActionDataSample]: With ``sync_scores`` (1+K,) logits; if blind controls are on
            ``sync_scores_picture_blank`` and ``sync_scores_sound_blank``; if asked for
            ``sound_map`` (1+K, T', H', W') with ``map_confidence`` (1+K,), and ``attention``
            (1+K, T', H', W').
        """
        usable = [sample for sample in data_samples if 'unusable' not in sample]
        if not usable:
            return data_samples
        wants_attention = self.return_map and self.map_source.needs_attention
        evidence = self.gather_evidence(inputs, self.return_attention or wants_attention)
        features = evidence.features
        fields = dict(sync_scores=self.cls_head.predict(features))
        if self.return_map:
            fields['sound_map'], fields['map_confidence'] = self.map_source(evidence)
        if self.return_attention and features.attention is not None:
            fields['attention'] = features.attention.float()
        if self.blind_controls:
            fields.update(self.predict_blind(inputs))
        for name, values in fields.items():
            for sample, value in zip(usable, values, strict=True):
                sample.set_field(value, name, dtype=torch.Tensor)
        return data_samples

    def predict_blind(self, inputs: dict) -> dict[str, Tensor]:
        """Scores (N, 1+K) with the picture, and with the sound, replaced by nothing."""
        preprocessor = self.data_preprocessor
        no_picture = dict(inputs, imgs=preprocessor.blank_picture(inputs['imgs']))
        silence = preprocessor.blank_sound(inputs[self.AUDIO_KEY])
        no_sound = dict(inputs, **{self.AUDIO_KEY: silence})
        return dict(
            sync_scores_picture_blank=self.cls_head.predict(self.extract_feat(no_picture)[0]),
            sync_scores_sound_blank=self.cls_head.predict(self.extract_feat(no_sound)[0]),
        )

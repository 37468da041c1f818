"""The recognizer that learns and judges synchronisation."""

from typing import Any

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.maps import explain_away
from mmav_coattn.models.necks import MatchFeatures
from mmav_coattn.models.necks.time_alignment import step_times

#: Controls of the evaluation: nothing to see, nothing to hear, a still frame; all belong at chance.
CONTROLS = ('video_blank', 'audio_blank', 'video_still')

#: Exponent of the power by which the loss of a mask is weighted, so that quiet parts count too.
MASK_POWER = 0.35


@MODELS.register_module()
class AudioVisualRecognizer(BaseRecognizer):
    """Towers, neck and head over a clip and J = 1+K windows of one audio segment.

    ``inputs`` is what :class:`AudioVisualDataPreprocessor` makes.

    Args:
        backbone (dict): :class:`AudioVisualBackbone`.
        neck (dict): :class:`CoAttentionNeck` or another neck of that signature.
        cls_head (dict): :class:`MatchHead` or another head for the neck's output.
        train_cfg (dict, optional): ``loss_mask`` (dict): loss of the masks of sources, such as
            :class:`MaskLoss`; needs a neck with ``mask`` and ``mix_audio`` of the preprocessor.
        test_cfg (dict, optional): ``blind_controls`` (bool): add the scores of :data:`CONTROLS`.
            ``return_map`` (bool or str): add the map of where the audio of each window is made, the
            weights of the locations, or with ``'evidence'`` their evidence in nats, for thresholds.
            ``map_refiner`` (dict): refine it by the frames, see :class:`MovingSourceMap`.
            ``num_sources`` (int): add maps and masks of so many sources. ``calibration``
            (tuple[float, float]): gain and bias of the confidence of an offset, see
            :class:`~mmav_coattn.evaluation.functional.offset_curve.Confidence`.
        data_preprocessor (dict, optional): :class:`AudioVisualDataPreprocessor`.
    """

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
        train_cfg, test_cfg = train_cfg or {}, test_cfg or {}
        loss_mask, refiner = train_cfg.get('loss_mask'), test_cfg.get('map_refiner')
        self.loss_mask = None if loss_mask is None else MODELS.build(loss_mask)
        self.map_refiner = None if refiner is None else MODELS.build(refiner)
        self.num_sources = test_cfg.get('num_sources')
        self.blind_controls = test_cfg.get('blind_controls', False)
        self.calibration = tuple(test_cfg.get('calibration', (1.0, 0.0)))
        self.return_map = test_cfg.get('return_map', False)  #: Set by whoever wants maps.

    def extract_feat(self, inputs: dict, **kwargs) -> tuple[Any, dict]:
        return self.neck(*self.neck_inputs(inputs)), {}

    def neck_inputs(self, inputs: dict) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Features of both towers, and the times of their steps; see :class:`CoAttentionNeck`."""
        visual, audio = self.backbone(inputs['imgs'], inputs['log_mels'])
        return visual, audio, *self.step_times(inputs, visual.shape[2], audio.shape[-1])

    def step_times(self, inputs: dict, visual: int, audio: int) -> tuple[Tensor, Tensor]:
        """Times of so many audio steps (S,), and of the video steps in each window (N, J, T)."""
        imgs, log_mels = inputs['imgs'], inputs['log_mels']
        # Frame i was taken in the middle of the i-th of T equal parts of the clip.
        step = inputs['clip_seconds'] / imgs.shape[2]
        hop = self.data_preprocessor.log_mel.frame_seconds
        visual_times = step / 2 + step_times(visual, imgs.shape[2], step, imgs.device)
        audio_times = step_times(audio, log_mels.shape[-1], hop, imgs.device)
        return audio_times, inputs['audio_starts'][..., None] + visual_times

    def _forward(self, inputs: dict, **kwargs) -> Tensor:
        return self.cls_head(self.extract_feat(inputs)[0])

    def loss(self, inputs: dict, data_samples: list, **kwargs) -> dict[str, Tensor]:
        """Mode ``loss``: those of the head, see :meth:`BaseSyncHead.loss`, and of masks."""
        features, _ = self.extract_feat(inputs)
        losses = self.cls_head.loss(features, data_samples)
        if self.loss_mask is not None:
            losses['loss_mask'] = self.mask_loss(inputs, features)
        return losses

    def mask_loss(self, inputs: dict, features: MatchFeatures) -> Tensor:
        """Loss of the mask that the locations attended to make of a mixture."""
        if 'source_mask' not in inputs:
            raise ConfigError('train_cfg.loss_mask needs data_preprocessor.mix_audio above 0.')
        log_mel, log_mels = self.data_preprocessor.log_mel, inputs['log_mels']
        logits = self.neck.separate(log_mels, features, features.weights[:, 0].sum(dim=-1))
        times = torch.arange(log_mels.shape[-1], device=log_mels.device) * log_mel.frame_seconds
        since = times - inputs['audio_starts'][:, :1]
        # The clip shows nothing of the rest of the segment.
        seen = (since >= 0) & (since < inputs['clip_seconds'])
        mixed = (inputs['source_mask'] < 1).flatten(1).any(dim=1)
        weight = log_mel.to_power(log_mels) ** MASK_POWER * (seen & mixed[:, None])[:, None]
        return self.loss_mask(logits, inputs['source_mask'], weight)

    def predict(self, inputs: dict | None, data_samples: list, **kwargs) -> list:
        """Mode ``predict``: add the judgement to each data sample that is not ``unusable``.

        ``inputs`` are those of the usable samples, in order; None if there is none. What is added:
        ``sync_scores`` (J,), logits, and with blind controls ``sync_scores_NAME`` of each of
        :data:`CONTROLS`; with ``return_map`` ``sound_map`` (J, T', H', W') and ``map_confidence``
        (J,), the logit that a source is in sight. With ``num_sources``, K, of window 0:
        ``source_maps`` (K, T', H', W'), ``source_scores`` (K,), nats, ``source_masks`` (K, F, T_a),
        and ``source_count``, how many of the K there are, see :func:`explain_away`.
        """
        if inputs is None:
            return data_samples
        usable = [sample for sample in data_samples if 'unusable' not in sample]
        features, _ = self.extract_feat(inputs)
        scores = self.cls_head.predict(features)
        fields = dict(sync_scores=scores)
        if self.return_map:
            fields |= dict(sound_map=self.find_sound(inputs, features), map_confidence=scores)
        if self.num_sources:
            fields |= self.find_sources(inputs, features)
        for name in CONTROLS if self.blind_controls else ():
            blind, _ = self.extract_feat(self.data_preprocessor.control_inputs(inputs, name))
            fields[f'sync_scores_{name}'] = self.cls_head.predict(blind)
        for name, values in fields.items():
            for sample, value in zip(usable, values, strict=True):
                sample.set_field(value, name, dtype=torch.Tensor)
        return data_samples

    def find_sound(self, inputs: dict, features: Any) -> Tensor:
        """Maps (N, J, T', H', W') of each window's source, higher is likelier; or ConfigError."""
        maps = features.sound_map
        if maps is None:
            raise ConfigError(
                f'{type(self.neck).__name__} of this config gives no map of where a sound is made; '
                'use a CoAttentionNeck.'
            )
        if self.map_refiner is not None:
            return self.map_refiner(maps.float(), inputs['frames'])
        # Weights, as they lie between locations, have the shape of what sounds; evidence is wider.
        weights = getattr(features, 'attention', maps)
        return (maps if self.return_map == 'evidence' else weights).float()

    def find_sources(self, inputs: dict, features: MatchFeatures) -> dict[str, Tensor]:
        """Maps, scores and masks of several sources, see :meth:`predict`."""
        sources = explain_away(self, inputs, features, self.num_sources)
        if self.map_refiner is None:
            maps = sources.maps[:, :, None].expand(-1, -1, features.match.shape[-1], -1, -1)
        else:
            maps = self.map_refiner(sources.evidence[:, :, None], inputs['frames'], sources.owned)
        return dict(
            source_maps=maps,
            source_scores=sources.scores,
            source_masks=sources.masks,
            source_count=sources.count,
        )

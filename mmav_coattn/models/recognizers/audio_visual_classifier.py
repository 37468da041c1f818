"""Action recognition from sound, from picture, or from both, with the towers of the pretext."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.data_preprocessors import AudioVisualDataPreprocessor
from mmav_coattn.visual_stages import last_stage

#: Modalities, and where their inputs are.
INPUT_KEYS = dict(visual='imgs', audio='log_mels')


@MODELS.register_module()
class ClassifierDataPreprocessor(AudioVisualDataPreprocessor):
    """As :class:`AudioVisualDataPreprocessor`, for batches that have only one of the two inputs."""

    def forward(self, data: dict, training: bool = False) -> dict:
        """Prepare one collated batch of ``imgs``, ``audios`` or both.

        Returns:
            dict: ``inputs`` with ``imgs`` (N, C, T, H, W), ``log_mels`` (N, J, F, T') or both, and
            ``data_samples``.
        """
        data = self.cast_data(data)
        inputs = {}
        if 'imgs' in data['inputs']:
            imgs = torch.stack(list(data['inputs']['imgs']))
            inputs['imgs'] = self.normalize(imgs.flatten(0, 1))
        if 'audios' in data['inputs']:
            inputs['log_mels'] = self.spectrograms(torch.stack(list(data['inputs']['audios'])))
        return dict(inputs=inputs, data_samples=data.get('data_samples'))


@MODELS.register_module()
class AudioVisualClassifier(BaseRecognizer):
    """Towers and a classification head.

    The towers have the names that they have in :class:`AudioVisualRecognizer`, so a checkpoint of
    the pretext network is its ``load_from``; neck and sync head are then named as left out.

    Args:
        backbone (dict): :class:`AudioVisualBackbone`.
        cls_head (dict): :class:`AudioVisualHead`.
        modalities (Sequence[str]): ``'visual'``, ``'audio'`` or both; the other tower is not run.
        data_preprocessor (dict, optional): :class:`ClassifierDataPreprocessor`.
        neck (None): There is none; for configs that inherit one of the pretext network.
        train_cfg (dict, optional): Not used.
        test_cfg (dict, optional): Not used.

    Raises:
        ConfigError: If a modality is unknown.
    """

    def __init__(
        self,
        backbone: dict,
        cls_head: dict,
        modalities: Sequence[str] = ('visual', 'audio'),
        data_preprocessor: dict | None = None,
        neck: None = None,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
    ) -> None:
        unknown = set(modalities) - set(INPUT_KEYS)
        if unknown or not modalities:
            raise ConfigError(f'modalities={tuple(modalities)} must be of {tuple(INPUT_KEYS)}.')
        data_preprocessor = data_preprocessor or dict(type='ClassifierDataPreprocessor')
        super().__init__(backbone, cls_head, neck, train_cfg, test_cfg, data_preprocessor)
        self.modalities = tuple(modalities)
        for modality in set(INPUT_KEYS) - set(self.modalities):
            # A tower that never runs would have no gradient, which several processes need.
            getattr(self.backbone, modality).requires_grad_(False)

    def extract_feat(self, inputs: dict, stage: str = 'backbone', **kwargs) -> tuple:
        """Run the towers that are used.

        Args:
            inputs (dict): ``imgs`` (N, C, T, H, W) and ``log_mels`` (N, J, F, T_a); J must be 1.
            stage (str): ``'backbone'`` or ``'head'``.

        Returns:
            tuple: Features by modality, ``visual`` (N, C_v, T', H', W') and ``audio``
            (N, C_a, F', T''), or class scores (N, num_classes); and an empty dict.
        """
        missing = [m for m in self.modalities if INPUT_KEYS[m] not in inputs]
        if missing:
            raise ConfigError(
                f'The pipeline gives no {INPUT_KEYS[missing[0]]}, which the {missing[0]} tower '
                'takes: load them, or leave that tower out of modalities.'
            )
        features: dict[str, Tensor] = {}
        if 'visual' in self.modalities:
            features['visual'] = last_stage(self.backbone.forward_visual(inputs['imgs']))
        if 'audio' in self.modalities:
            features['audio'] = self.backbone.forward_audio(inputs['log_mels'][:, :1])
        if stage == 'head':
            return self.cls_head(features), {}
        return features, {}

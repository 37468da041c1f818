"""Action recognition from audio, from video, or from both, with the towers of the pretext."""

from __future__ import annotations

from collections.abc import Sequence

from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

#: Modalities, and where their inputs are.
INPUT_KEYS = dict(visual='imgs', audio='log_mels')


@MODELS.register_module()
class AudioVisualClassifier(BaseRecognizer):
    """Towers and a classification head.

    The towers have the names that they have in :class:`AudioVisualRecognizer`, so a checkpoint of
    the pretext network is its ``load_from``; neck and sync head are then named as left out.

    Args:
        backbone (dict): :class:`AudioVisualBackbone`.
        cls_head (dict): :class:`SegmentHead`.
        modalities (Sequence[str]): ``'visual'``, ``'audio'`` or both; the other tower is not run.
        data_preprocessor (dict, optional): :class:`AudioVisualDataPreprocessor`.
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
        data_preprocessor = data_preprocessor or dict(type='AudioVisualDataPreprocessor')
        super().__init__(backbone, cls_head, neck, train_cfg, test_cfg, data_preprocessor)
        self.modalities = tuple(modalities)
        for modality in set(INPUT_KEYS) - set(self.modalities):
            # A tower that never runs would have no gradient, which several processes need.
            getattr(self.backbone, modality).requires_grad_(False)

    def extract_feat(self, inputs: dict, stage: str = 'backbone', **kwargs) -> tuple:
        """Run the towers that are used.

        Args:
            inputs (dict): ``imgs`` (N, C, T, H, W) and ``log_mels`` (N, F, T_a).
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
            features['visual'] = self.backbone.forward_visual(inputs['imgs'])
        if 'audio' in self.modalities:
            features['audio'] = self.backbone.forward_audio(inputs['log_mels'])
        if stage == 'head':
            return self.cls_head(features), {}
        return features, {}

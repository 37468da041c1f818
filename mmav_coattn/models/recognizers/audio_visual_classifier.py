"""Action recognition from audio, from video, or from both, with the towers of the pretext."""

from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS

from mmav_coattn.errors import ConfigError

#: Modalities, and where their inputs are.
INPUT_KEYS = dict(visual='imgs', audio='log_mels')


@MODELS.register_module()
class AudioVisualClassifier(BaseRecognizer):
    """Towers and a classification head.

    A checkpoint of :class:`AudioVisualRecognizer` is its ``load_from``. Arguments are the same,
    without a neck; ``cls_head`` is a :class:`SegmentHead`, whose ``in_channels`` name the towers
    that are used, ``visual``, ``audio`` or both; the other one is not run.

    Raises:
        ConfigError: If a tower is unknown.
    """

    def __init__(
        self, backbone: dict, cls_head: dict, data_preprocessor: dict | None = None, **kwargs
    ) -> None:
        data_preprocessor = data_preprocessor or dict(type='AudioVisualDataPreprocessor')
        super().__init__(backbone, cls_head, data_preprocessor=data_preprocessor, **kwargs)
        self.modalities = self.cls_head.towers
        if not self.modalities or set(self.modalities) - set(INPUT_KEYS):
            raise ConfigError(
                f'cls_head: in_channels must be by tower, of {tuple(INPUT_KEYS)}; got '
                f'{self.modalities}.'
            )
        for modality in set(INPUT_KEYS) - set(self.modalities):
            # A tower that never runs would have no gradient, which several processes need.
            getattr(self.backbone, modality).requires_grad_(False)

    def extract_feat(self, inputs: dict, stage: str = 'backbone', **kwargs) -> tuple:
        """Features by modality, or with ``stage='head'`` class scores; and an empty dict.

        Of ``imgs`` (N, C, T, H, W) and ``log_mels`` (N, F, T_a), those whose tower is used.
        """
        features = {}
        for modality in self.modalities:
            if INPUT_KEYS[modality] not in inputs:
                raise ConfigError(
                    f'The pipeline gives no {INPUT_KEYS[modality]}, which the {modality} tower '
                    'takes: load them, or leave that tower out of cls_head.in_channels.'
                )
            tower = getattr(self.backbone, f'forward_{modality}')
            features[modality] = tower(inputs[INPUT_KEYS[modality]])
        return (self.cls_head(features) if stage == 'head' else features), {}

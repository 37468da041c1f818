"""Frames relative to their clip's mean frame, for stock recognizers."""

from mmaction.models.data_preprocessors import ActionDataPreprocessor
from mmaction.registry import MODELS


@MODELS.register_module()
class MotionDataPreprocessor(ActionDataPreprocessor):
    """mmaction2's preprocessor, after which each clip's mean frame is subtracted from its frames.

    For towers that were trained with ``subtract_mean_frame=True`` of
    :class:`AudioVisualDataPreprocessor`. ``format_shape`` must be ``'NCTHW'``.
    """

    def preprocess(self, inputs: list, data_samples: list, training: bool = False) -> tuple:
        """Stack, normalise and subtract: clips (N, num_clips, C, T, H, W)."""
        batch, data_samples = super().preprocess(inputs, data_samples, training)
        return batch - batch.mean(dim=3, keepdim=True), data_samples

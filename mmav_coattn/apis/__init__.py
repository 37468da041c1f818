"""What tools and scripts call."""

from .auto_inferencer import AutoInferencer
from .embedding import Embedding
from .feature_extraction import ExtractedFeatures
from .inferencer import AudioVisualInferencer
from .localizer import Localization
from .sync_result import SyncResult

__all__ = [
    'AudioVisualInferencer',
    'AutoInferencer',
    'Embedding',
    'ExtractedFeatures',
    'Localization',
    'SyncResult',
]

"""What tools and scripts call."""

from .complexity import network_complexity
from .inferencer import AudioVisualInferencer
from .localizer import Localization
from .many_files import BatchResult
from .sync_result import SyncResult

__all__ = [
    'AudioVisualInferencer',
    'BatchResult',
    'Localization',
    'SyncResult',
    'network_complexity',
]

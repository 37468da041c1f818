"""What tools and scripts call."""

from .complexity import network_complexity
from .inferencer import AudioVisualInferencer, Localization

__all__ = ['AudioVisualInferencer', 'Localization', 'network_complexity']

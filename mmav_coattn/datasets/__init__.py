"""Data: videos with sound, the synthetic set, and the transforms from a file to packed clips."""

from . import transforms
from .audio_visual_dataset import AudioVisualDataset
from .sounding_shapes_dataset import SoundingShapesDataset

__all__ = ['AudioVisualDataset', 'SoundingShapesDataset', 'transforms']

"""Data: videos with sound, the synthetic set, and the transforms from a file to packed clips."""

from . import crash_safe_loader, transforms
from .audio_visual_dataset import AudioVisualDataset
from .localization import FlickrSoundNetDataset, MouthBoxDataset, VGGSSDataset
from .resumable_sampler import ResumableSampler
from .sharded_audio_visual_dataset import ShardedAudioVisualDataset
from .sounding_shapes_dataset import SoundingShapesDataset

__all__ = [
    'AudioVisualDataset',
    'FlickrSoundNetDataset',
    'MouthBoxDataset',
    'ResumableSampler',
    'ShardedAudioVisualDataset',
    'SoundingShapesDataset',
    'VGGSSDataset',
    'crash_safe_loader',
    'transforms',
]

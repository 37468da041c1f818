"""Data: videos with audio, the synthetic set, and the transforms from a file to packed clips."""

from . import transforms
from .audio_visual_dataset import AudioVisualDataset
from .few_shot import few_shot_dataset
from .grid_words_dataset import GridWordsDataset
from .localization.avatar import AVATARDataset
from .localization.avsbench import AVSBenchDataset
from .localization.flickr_soundnet import FlickrSoundNetDataset
from .localization.is3 import IS3Dataset
from .localization.vggss import VGGSSDataset
from .resumable_sampler import ResumableSampler
from .sounding_shapes_dataset import SoundingShapesDataset

__all__ = [
    'AVATARDataset',
    'AVSBenchDataset',
    'AudioVisualDataset',
    'FlickrSoundNetDataset',
    'GridWordsDataset',
    'IS3Dataset',
    'ResumableSampler',
    'SoundingShapesDataset',
    'VGGSSDataset',
    'few_shot_dataset',
    'transforms',
]

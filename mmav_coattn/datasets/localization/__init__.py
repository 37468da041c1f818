"""Public test sets of sound source localisation, on whatever of their files is there."""

from .avsbench import AVSBenchDataset
from .flickr_soundnet import FlickrSoundNetDataset, read_flickr_boxes
from .is3 import IS3Dataset
from .vggss import VGGSSDataset, read_vggss

__all__ = [
    'AVSBenchDataset',
    'FlickrSoundNetDataset',
    'IS3Dataset',
    'VGGSSDataset',
    'read_flickr_boxes',
    'read_vggss',
]

"""Public test sets of sound source localisation, on whatever of their files is there."""

from .flickr_soundnet import FlickrSoundNetDataset, read_flickr_boxes
from .mouth_boxes import MouthBoxDataset
from .vggss import VGGSSDataset, read_vggss

__all__ = [
    'FlickrSoundNetDataset',
    'MouthBoxDataset',
    'VGGSSDataset',
    'read_flickr_boxes',
    'read_vggss',
]

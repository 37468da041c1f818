"""Transforms from a file name to packed clips; mmaction2's spatial transforms run between them."""

from .audio_windows import LoadAudioWindows
from .fixed_crop import FixedCrop
from .frames import LoadFrames
from .open_media import OpenAudioVisual
from .packing import PackAudioVisualInputs
from .slide_windows import SlideSyncWindows
from .sync_windows import SampleSyncWindows

__all__ = [
    'FixedCrop',
    'LoadAudioWindows',
    'LoadFrames',
    'OpenAudioVisual',
    'PackAudioVisualInputs',
    'SampleSyncWindows',
    'SlideSyncWindows',
]

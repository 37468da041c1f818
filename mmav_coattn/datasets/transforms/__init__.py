"""Transforms from a file name to packed clips; mmaction2's spatial transforms run between them."""

from .audio import LoadAudio
from .augment_audio import AugmentAudio
from .augment_frames import AugmentFrames
from .change_speed import ChangeSpeed
from .fixed_crop import FixedCrop
from .frames import LoadFrames
from .localization_targets import LocalizationTargets
from .middle_window import SampleMiddleWindow
from .open_media import OpenAudioVisual
from .packing import PackAudioVisualInputs
from .replace_sound import ReplaceSound
from .slide_windows import SlideSyncWindows
from .sync_windows import SampleSyncWindows
from .temporal_crop import TemporalCrop

__all__ = [
    'AugmentAudio',
    'AugmentFrames',
    'ChangeSpeed',
    'FixedCrop',
    'LoadAudio',
    'LoadFrames',
    'LocalizationTargets',
    'OpenAudioVisual',
    'PackAudioVisualInputs',
    'ReplaceSound',
    'SampleMiddleWindow',
    'SampleSyncWindows',
    'SlideSyncWindows',
    'TemporalCrop',
]

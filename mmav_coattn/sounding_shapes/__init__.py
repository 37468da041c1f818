"""SoundingShapes: simulated scenes in which motion causes sound, as real video files.

::

    spec      classes, tiers, splits, clip format, random streams
    holdout   disjoint parameter bands of the splits
    motions   motion -> curves, impacts, drive          sounds   motion -> waveform
    sprites, actors, backgrounds   what it looks like   scene    one clip and its annotation
    wild      scenes to train on for real videos
    render    scene -> frames and waveform              writer   -> MP4
    generator whole splits, in parallel                 verify   whether a copy is the set
"""

from .generator import make_split, read_annotation
from .render import render_solos
from .spec import CLASSES, DEFAULT_NUM_CLIPS, SPLITS, TIERS
from .wild import draw_scene

__all__ = [
    'CLASSES',
    'DEFAULT_NUM_CLIPS',
    'SPLITS',
    'TIERS',
    'draw_scene',
    'make_split',
    'read_annotation',
    'render_solos',
]

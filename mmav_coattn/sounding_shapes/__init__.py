"""SoundingShapes: simulated scenes in which motion causes sound, as real video files.

::

    spec      classes, tiers, splits, clip format, random streams
    holdout   disjoint parameter bands of the splits
    motions   motion -> curves, impacts, drive          timbres, sounds   motion -> waveform
    sprites, actors, backgrounds   what it looks like   scene    one clip and its annotation
    wild      scenes to train on for real videos
    render    scene -> frames and waveform              writer   -> MP4
    generator whole splits, in parallel                 verify   whether a copy is the set
"""

from .generator import annotation_path, clip_path, make_split, read_annotation
from .scene import annotate, build_scene, object_boxes
from .spec import CLASSES, CLIP_FORMAT, DEFAULT_NUM_CLIPS, SPLITS, TIERS

__all__ = [
    'CLASSES',
    'CLIP_FORMAT',
    'DEFAULT_NUM_CLIPS',
    'SPLITS',
    'TIERS',
    'annotate',
    'annotation_path',
    'build_scene',
    'clip_path',
    'make_split',
    'object_boxes',
    'read_annotation',
]

"""Where in the picture a sound is made: maps read off a trained network, one module a kind.

::

    network --ClipEvidence--> MapSource --SoundMap--> metric, pictures, overlay video

A kind of map is a class registered in ``mmaction.registry.MODELS``; a config names it in
``model.test_cfg.map_source``, ``mmav-coattn localize`` in ``--map``.
"""

from .attention_map import AttentionMap
from .base import ClipEvidence, MapSource, SoundMap, build_map_source
from .confidence import CONFIDENCES, clip_confidence
from .evidence_map import EvidenceMap
from .grad_cam_map import GradCAMMap
from .motion_map import MotionMap
from .moving_source_map import MovingSourceMap
from .similarity_map import SimilarityMap

__all__ = [
    'CONFIDENCES',
    'AttentionMap',
    'ClipEvidence',
    'EvidenceMap',
    'GradCAMMap',
    'MapSource',
    'MotionMap',
    'MovingSourceMap',
    'SimilarityMap',
    'SoundMap',
    'build_map_source',
    'clip_confidence',
]

"""Which module draws the scenes of a tier."""

from .scene import Scene, build_scene
from .talkers import build_talker
from .wild import build_wild_scene

#: Tiers that are worlds of their own.
BUILDERS = dict(wild=build_wild_scene, talkers=build_talker)


def draw_scene(seed: int, tier: str, split: str, index: int) -> Scene:
    """Draws the scene of one clip of any tier; see :func:`~.scene.build_scene`."""
    return BUILDERS.get(tier, build_scene)(seed, tier, split, index)

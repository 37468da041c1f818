"""Where in the frame a sound is made: refinement of the network's own map."""

from .explain_away import Sources, explain_away
from .moving_source_map import MovingSourceMap

__all__ = ['MovingSourceMap', 'Sources', 'explain_away']

"""Where in the frame a sound is made: refinement of the network's own map."""

from .moving_source_map import MovingSourceMap

__all__ = ['MovingSourceMap']

"""Heat maps on frames, overlay videos with audio, training curves and other figures."""

from .curves import plot_training_curves, read_scalars
from .overlay_video import write_overlay_video
from .sheets import contact_sheet

__all__ = ['contact_sheet', 'plot_training_curves', 'read_scalars', 'write_overlay_video']

"""Heat maps on frames, overlay videos with audio, training curves and other figures."""

from .curves import plot_training_curves, read_scalars
from .heatmap import attention_intensity, interpolate_in_time, overlay_heatmap
from .overlay_video import write_overlay_video
from .sheets import contact_sheet

__all__ = [
    'attention_intensity',
    'contact_sheet',
    'interpolate_in_time',
    'overlay_heatmap',
    'plot_training_curves',
    'read_scalars',
    'write_overlay_video',
]

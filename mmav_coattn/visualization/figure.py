"""What the figures of this package share. Without pyplot: no global state, no window."""

from pathlib import Path

from mmav_coattn.io import whole_file


def new_figure(width: float, height: float):
    """A :class:`matplotlib.figure.Figure` of this size, inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout='constrained')


def label_axes(axes, **properties) -> None:
    """Set labels and limits; add legend and grid."""
    axes.set(**properties)
    axes.legend(frameon=False, fontsize=8)
    axes.grid(alpha=0.25)


def save_figure(figure, out_png: str | Path, dpi: int = 110) -> Path:
    """Write a PNG, and the folder for it; returns its path."""
    with whole_file(out_png) as partial:
        figure.savefig(partial, dpi=dpi)
    return Path(out_png)

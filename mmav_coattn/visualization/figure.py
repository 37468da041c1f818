"""What the figures of this package share. Without pyplot: no global state, no window."""

from pathlib import Path


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
    out_png = Path(out_png)
    out_png.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out_png, dpi=dpi)
    return out_png

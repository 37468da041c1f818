"""Accuracies of several networks beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .figure import new_figure, save_figure


def plot_comparison(runs: Sequence[dict], out: Path) -> Path:
    """Draw the accuracy of each seed, the mean of each network, and its blind controls.

    Args:
        runs (Sequence[dict]): With ``name``, ``sync/accuracy`` and the controls.
        out (Path): PNG to write.

    Returns:
        Path: ``out``.
    """
    names = list(dict.fromkeys(run['name'] for run in runs))
    figure = new_figure(6.4, 1.6 + 0.45 * len(names))
    axes = figure.add_subplot()
    series = (
        ('sync/accuracy', 'accuracy, one seed', 'C0', 'o'),
        ('sync/accuracy_video_blank', 'video blanked', 'C1', 'x'),
        ('sync/accuracy_audio_blank', 'audio blanked', 'C3', '+'),
    )
    for key, label, colour, marker in series:
        points = [(run[key], names.index(run['name'])) for run in runs if key in run]
        axes.plot(*zip(*points, strict=True), marker, color=colour, label=label, clip_on=False)
    for row, name in enumerate(names):
        values = [run['sync/accuracy'] for run in runs if run['name'] == name]
        mean = sum(values) / len(values)
        axes.plot([mean, mean], [row - 0.3, row + 0.3], color='C0', linewidth=2)
    axes.axvline(0.5, color='grey', linestyle=':', label='chance')
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel('held-out accuracy (bar: mean over seeds)')
    axes.set_xlim(right=1.0)
    figure.legend(loc='outside upper center', ncols=4, fontsize='small')
    return save_figure(figure, out, dpi=150)

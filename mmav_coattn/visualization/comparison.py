"""Accuracies of several networks beside each other."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from .figure import label_axes, new_figure, save_figure


def plot_comparison(runs: Sequence[dict], out: Path) -> Path:
    """Draw accuracies with blind controls, and the curves of validation accuracy; returns ``out``.

    The curves are means over seeds. Runs have ``name``, ``sync/accuracy`` and the controls, and
    where there are curves ``curve``, pairs of training step and accuracy.
    """
    names = list(dict.fromkeys(run['name'] for run in runs))
    has_curves = any(run.get('curve') for run in runs)
    height = max(1.6 + 0.45 * len(names), 3.2 if has_curves else 0)
    figure = new_figure(12 if has_curves else 6.4, height)
    axes = figure.add_subplot(1, 2 if has_curves else 1, 1)
    series = (
        ('sync/accuracy', 'accuracy, one seed', 'C0', 'o'),
        ('sync/accuracy_video_blank', 'video blanked', 'C1', 'x'),
        ('sync/accuracy_audio_blank', 'audio blanked', 'C3', '+'),
    )
    for key, label, colour, marker in series:
        points = [(run[key], names.index(run['name'])) for run in runs if key in run]
        axes.plot(*zip(*points, strict=True), marker, color=colour, label=label, clip_on=False)
    for row, name in enumerate(names):
        mean = fmean(run['sync/accuracy'] for run in runs if run['name'] == name)
        axes.plot([mean, mean], [row - 0.3, row + 0.3], color='C0', linewidth=2)
    axes.axvline(0.5, color='grey', linestyle=':', label='chance')
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel('held-out accuracy (bar: mean over seeds)')
    axes.set_xlim(right=1.0)
    figure.legend(loc='outside upper center', ncols=4, fontsize='small')
    if has_curves:
        _draw_curves(figure.add_subplot(1, 2, 2), runs, names)
    return save_figure(figure, out, dpi=150)


def _draw_curves(axes, runs: Sequence[dict], names: Sequence[str]) -> None:
    for name in names:
        found = [run.get('curve') for run in runs if run['name'] == name]
        curves = [dict(map(tuple, curve)) for curve in found if curve]
        if curves:
            common = sorted(set.intersection(*map(set, curves)))
            means = [fmean(curve[step] for curve in curves) for step in common]
            axes.plot(common, means, '.-', label=name)
    label_axes(axes, xlabel='training steps', ylabel='validation accuracy')

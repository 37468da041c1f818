"""Accuracies of several networks beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .figure import label_axes, new_figure, save_figure


def plot_comparison(runs: Sequence[dict], out: Path) -> Path:
    """Draw accuracies with blind controls, and the curves of validation accuracy; returns ``out``.

    The curves are means over seeds, against training steps and against the operations spent on
    them: three times those of the forward pass. Runs have ``name``, ``sync/accuracy`` and the
    controls; where there are curves, ``curve`` ([step, accuracy] pairs), ``batch_size`` and
    ``flops_per_pair``.
    """
    names = list(dict.fromkeys(run['name'] for run in runs))
    has_curves = any(run.get('curve') for run in runs)
    height = max(1.6 + 0.45 * len(names), 3.2 if has_curves else 0)
    figure = new_figure(16 if has_curves else 6.4, height)
    axes = figure.add_subplot(1, 3 if has_curves else 1, 1)
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
    if has_curves:
        _draw_curves(figure, runs, names)
    return save_figure(figure, out, dpi=150)


def _draw_curves(figure, runs: Sequence[dict], names: Sequence[str]) -> None:
    by_steps, by_operations = figure.add_subplot(1, 3, 2), figure.add_subplot(1, 3, 3)
    for name in names:
        own = [run for run in runs if run['name'] == name and run.get('curve')]
        if not own:
            continue
        common = sorted(set.intersection(*({step for step, _ in run['curve']} for run in own)))
        values = [dict(map(tuple, run['curve'])) for run in own]
        means = [sum(value[step] for value in values) / len(values) for step in common]
        # A clip is a pair and its second window; a training step costs three forward passes.
        spent = 3 * 2 * own[0]['batch_size'] * own[0]['flops_per_pair'] / 1e12
        by_steps.plot(common, means, '.-', label=name)
        by_operations.plot([step * spent for step in common], means, '.-', label=name)
    label_axes(by_steps, xlabel='training steps', ylabel='validation accuracy')
    label_axes(by_operations, xlabel='TFLOPs spent in training', ylabel='validation accuracy')

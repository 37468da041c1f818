"""How well audio and video match at each shift, and the offset over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .figure import label_axes, new_figure, save_figure

if TYPE_CHECKING:
    from mmav_coattn.apis.sync_result import SyncResult


def plot_sync(result: SyncResult, out_png: str | Path) -> Path:
    """Draw the curve of a file, and where it has several segments their offsets over time.

    Args:
        result (SyncResult): Of :meth:`AudioVisualInferencer.sync`.
        out_png (str | Path): PNG to write.

    Returns:
        Path: ``out_png``.
    """
    several = len(result.segments) > 1
    figure = new_figure(11 if several else 7, 4.4)
    axes = np.atleast_1d(figure.subplots(1, 2 if several else 1))
    _draw_curve(axes[0], result)
    if several:
        _draw_over_time(axes[1], result)
    figure.suptitle(f'{Path(result.path).name}\n{result.sentence()}', fontsize=10, wrap=True)
    return save_figure(figure, out_png)


def _draw_curve(axes, result: SyncResult) -> None:
    axes.plot(result.shifts, result.curve, marker='.', markersize=3, linewidth=1.3)
    axes.axhline(0, color='0.4', linestyle='--', linewidth=1, label='in sync above this line')
    axes.axvline(0, color='0.8', linewidth=1, zorder=0)
    if result.offset is not None and result.drift is None:
        axes.axvline(result.offset, color='C3', label=f'offset {result.offset:+.3f} s')
    label_axes(
        axes,
        xlabel='audio early   \N{LEFTWARDS ARROW}   offset (s)   \N{RIGHTWARDS ARROW}   audio late',
        ylabel='mean logit of "in sync"',
        title='Match at each shift of the audio',
    )


def _draw_over_time(axes, result: SyncResult) -> None:
    known = np.array([estimate.offset is not None for estimate in result.segments])
    best = np.array([estimate.best for estimate in result.segments])
    axes.plot(result.segment_times[known], best[known], 'o', markersize=4, label='offset')
    if not known.all():
        axes.plot(
            result.segment_times[~known],
            best[~known],
            'x',
            color='0.6',
            markersize=4,
            label='best shift, but it cannot be told',
        )
    if result.drift is not None:
        axes.plot(
            [result.window_times[0], result.window_times[-1]],
            [result.drift.first, result.drift.last],
            color='C3',
            linewidth=1.2,
            label=f'drift {60e3 * result.drift.rate:+.0f} ms a minute',
        )
    label_axes(
        axes,
        xlabel='time in the file (s)',
        ylabel='offset (s), above 0: audio late',
        title='Offset over time',
        ylim=(result.shifts[0], result.shifts[-1]),
    )

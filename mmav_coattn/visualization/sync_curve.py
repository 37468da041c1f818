"""How well audio and video match at each shift, and at each time of a longer file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .figure import label_axes, new_figure, save_figure

if TYPE_CHECKING:
    from mmav_coattn.apis.sync_result import SyncResult

#: Files whose windows lie within so many s have no panel for the match over time.
OVER_TIME = 10.0


def plot_sync(result: SyncResult, out_png: str | Path, heading: bool = True) -> Path:
    """Draw the curve of a file, and if it is not short the match over time; returns ``out_png``.

    With ``heading`` the name of the file and its offset stand above the curve.
    """
    several = result.window_times[-1] - result.window_times[0] > OVER_TIME
    figure = new_figure(11 if several else 7, 4.4)
    axes = np.atleast_1d(figure.subplots(1, 2 if several else 1))
    _draw_curve(axes[0], result)
    if several:
        _draw_over_time(axes[1], result)
    if heading:
        name = os.fsencode(Path(result.path).name).decode(errors='replace')
        text = f'{name}\n{result.sentence()}'.replace('$', r'\$')  # no formula
        figure.suptitle(text, fontsize=10, wrap=True)
    return save_figure(figure, out_png)


def _draw_curve(axes, result: SyncResult) -> None:
    axes.plot(result.shifts, result.curve, marker='.', markersize=3, linewidth=1.3)
    axes.axhline(0, color='0.4', linestyle='--', linewidth=1, label='in sync above this line')
    axes.axvline(0, color='0.8', linewidth=1, zorder=0)
    if result.offset is not None and result.drift is None and not result.pieces:
        axes.axvline(result.offset, color='C3', label=f'offset {result.offset:+.3f} s')
    label_axes(
        axes,
        xlabel='audio early   \N{LEFTWARDS ARROW}   offset (s)   \N{RIGHTWARDS ARROW}   audio late',
        ylabel='mean logit of "in sync"',
        title='Match at each shift of the audio',
    )


def _draw_over_time(axes, result: SyncResult) -> None:
    span = result.window_times[0], result.window_times[-1]
    half = result.step / 2
    extent = (*span, result.shifts[0] - half, result.shifts[-1] + half)
    axes.imshow(result.window_scores.T, aspect='auto', origin='lower', extent=extent, cmap='Greys')
    if result.drift is not None:
        ends = [result.drift.first, result.drift.last]
        label = f'drift {60e3 * result.drift.rate:+.0f} ms a minute'
        axes.plot(span, ends, color='C3', linewidth=1.2, label=label)
    for index, piece in enumerate(result.pieces):
        label = None if index else f'{len(result.pieces)} offsets'
        axes.plot([piece.begin, piece.end], [piece.offset] * 2, color='C3', label=label)
    if result.drift is None and not result.pieces:
        known = result.offset is not None
        label = 'offset' if known else 'best shift, but it cannot be told'
        axes.axhline(result.best, color='C3' if known else '0.6', linewidth=1, label=label)
    label_axes(
        axes,
        xlabel='time in the file (s)',
        ylabel='offset (s), above 0: audio late',
        title='Logit of "in sync" over time, the darker the higher',
    )

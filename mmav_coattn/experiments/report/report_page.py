"""The report as HTML: a pure function of what was collected; nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import math
from html import escape

from .ranked_clips import RankedClip
from .results_table import CONTROLS, ResultRow, counts, result_rows
from .work_dir import TestRun, WorkDir

STYLE = """
:root { color-scheme: light dark; --line: #8885; --faint: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
h3 { font-size: 1rem; } .note { opacity: .75; font-size: .9rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .9rem .25rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; } tr.main td { font-weight: 600; }
td.leak { background: #e0500055; }
img { max-width: 100%; background: white; border-radius: 6px; }
.clips { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.2rem; }
figure { margin: 0; padding: .7rem; background: var(--faint); border-radius: 8px; }
video { width: 100%; border-radius: 4px; }
figcaption { font-size: .88rem; overflow-wrap: anywhere; }
"""
#: A control this far from its floor is marked; two standard errors of 0.5 at 400 decisions.
LEAK = 0.05


def render_report(
    work_dir: WorkDir,
    curves_png: bytes | None = None,
    clips: dict[str, list[RankedClip]] | None = None,
    num_ranked: int = 0,
    num_unusable: int = 0,
    facts: dict[str, str] | None = None,
    notes: list[str] | None = None,
) -> str:
    """Put the report together.

    Args:
        work_dir (WorkDir): What the directory holds.
        curves_png (bytes, optional): Picture of the training curves.
        clips (dict, optional): By rank, see :func:`show_clips`.
        num_ranked (int): Clips among which they were chosen.
        num_unusable (int): Clips drawn that could not be used.
        facts (dict, optional): Further lines for the head: seed, data and the like.
        notes (list[str], optional): What is missing in this report, and why.

    Returns:
        str: An HTML document.
    """
    title = f'Report on {work_dir.path.resolve().name}'
    facts = {
        'work directory': str(work_dir.path),
        'config': work_dir.config.name if work_dir.config else 'none left there',
        'checkpoint': work_dir.checkpoint.name if work_dir.checkpoint else 'none left there',
        **(facts or {}),
    }
    parts = [f'<h1>{escape(title)}</h1>', _facts(facts)]
    parts += [f'<p class="note">{escape(note)}</p>' for note in notes or []]
    parts.append('<h2>Results</h2>')
    if not work_dir.tests:
        parts.append(
            '<p>No evaluation lies in this directory: run <code>python tools/test.py</code> with '
            '<code>--work-dir</code> inside it, then make the report again.</p>'
        )
    parts += [_test_section(test) for test in work_dir.tests]
    if curves_png is not None:
        parts.append('<h2>Training curves</h2>')
        parts.append(f'<img alt="training curves" src="{_data_uri("image/png", curves_png)}">')
    if clips is not None:
        parts.append(_clips_section(clips, num_ranked, num_unusable))
    body = '\n'.join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing from elsewhere: an icon of its own keeps the browser from asking for one.
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n'
        f'<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _facts(facts: dict[str, str]) -> str:
    return '<p>' + '<br>'.join(f'{escape(k)}: {escape(v)}' for k, v in facts.items()) + '</p>'


def _test_section(test: TestRun) -> str:
    rows = result_rows(test.figures)
    known = counts(test.figures)
    number = known.get('num_clips', known.get('num_files'))
    tested = f' of {test.checkpoint}' if test.checkpoint else ''
    said = [f'N = {number} clips' if number is not None else 'N: not logged']
    if known.get('num_frames'):
        said.append(f'{known["num_frames"]} frames')
    if known.get('left_out'):
        said.append(f'{known["left_out"]} files left out')
    heads = ['figure', 'model', 'knows nothing', *(name for _, name in CONTROLS)]
    lines = [''.join(f'<th>{escape(head)}</th>' for head in heads)]
    lines += [_row(row) for row in rows]
    table = '\n'.join(line if line.startswith('<tr') else f'<tr>{line}</tr>' for line in lines)
    return (
        f'<h3>Evaluation{escape(tested)} ({escape(test.name)}): {escape(", ".join(said))}</h3>\n'
        f'<table>\n{table}\n</table>\n<p class="note">Blind controls are the same evaluation with '
        'the video, or the audio, blanked. They belong at the figure of a model that knows '
        f'nothing; one that is more than {LEAK:g} away is marked, because it shows a leak in how '
        'pairs are drawn, or a small N.</p>'
    )


def _row(row: ResultRow) -> str:
    kind = f' <small>{escape(row.floor_name)}</small>' if row.floor_name else ''
    cells = [escape(row.name.replace('_', ' ')), _number(row.value), _number(row.floor) + kind]
    html = ''.join(f'<td>{cell}</td>' for cell in cells)
    for control in row.controls:
        leaks = control is not None and row.floor is not None and abs(control - row.floor) > LEAK
        html += f'<td{" class=leak" if leaks else ""}>{_number(control)}</td>'
    main = ' class="main"' if row.name == 'accuracy' else ''
    return f'<tr{main}>{html}</tr>'


def _number(value: float | None) -> str:
    if value is None:
        return ''
    return f'{value:.3f}' if math.isfinite(value) else str(value)


def _clips_section(clips: dict[str, list[RankedClip]], num_ranked: int, num_unusable: int) -> str:
    left_out = f'; {num_unusable} more could not be used' if num_unusable else ''
    figures = [_figure(rank, clip) for rank, group in clips.items() for clip in group]
    return (
        '<h2>Best, median and worst clips</h2>\n'
        f'<p class="note">Of {num_ranked} clips spread evenly over the test set{left_out}, ranked '
        'by how far the logit of the own audio lies above that of the shifted one. Left the '
        'original, right where the network looked; the audio plays.</p>\n'
        f'<div class="clips">\n{chr(10).join(figures)}\n</div>'
    )


def _figure(rank: str, clip: RankedClip) -> str:
    shifts = ', '.join(f'{shift:+.2f} s' for shift in clip.shifts)
    return (
        f'<figure class="{escape(rank)}">\n'
        f'<video controls loop preload="auto" src="{_data_uri("video/mp4", clip.video)}"></video>\n'
        f'<figcaption><b>{escape(rank)}</b>: {escape(clip.name)}<br>logit of the own audio '
        f'{clip.in_sync:+.2f}, shifted by {escape(shifts) or "?"} {clip.shifted:+.2f}, margin '
        f'{clip.margin:+.2f}</figcaption>\n</figure>'
    )


def _data_uri(kind: str, data: bytes) -> str:
    return f'data:{kind};base64,{base64.b64encode(data).decode("ascii")}'

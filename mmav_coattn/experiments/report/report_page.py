"""The report as HTML: a pure function of what was collected; nothing is loaded from elsewhere."""

import base64
import math

from .ranked_clips import RankedClip
from .results_table import CONTROLS, ResultRow, describe_counts, result_rows
from .work_dir import WorkDir

#: A control this far from its floor is marked; two standard errors of 0.5 at 400 decisions.
LEAK = 0.05
#: An empty icon keeps the browser from asking for one.
TEMPLATE = """
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{{ title }}</title>
<style>
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
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{% for name, fact in facts.items() %}{{ name }}: {{ fact }}<br>{% endfor %}</p>
{% for note in notes %}<p class="note">{{ note }}</p>
{% endfor %}
<h2>Results</h2>
{% for name, figures in work_dir.tests.items() %}
<h3>Evaluation {{ name }}: {{ describe_counts(figures) }}</h3>
<table>
<tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for row in result_rows(figures) %}
<tr{% if row.name == "accuracy" %} class="main"{% endif %}>
<td>{{ row.name | replace("_", " ") }}</td>
<td>{{ number(row.value) }}</td><td>{{ number(row.floor) }}
{%- if row.floor_name %} <small>{{ row.floor_name }}</small>{% endif %}</td>
{%- for control in row.controls %}
<td{% if leaks(control, row) %} class="leak"{% endif %}>{{ number(control) }}</td>
{%- endfor %}</tr>
{% endfor %}
</table>
<p class="note">Blind controls are the same evaluation with the video, or the audio, blanked. They
belong at the figure of a model that knows nothing; one that is more than {{ leak }} away is marked,
because it shows a leak in how pairs are drawn, or a small N.</p>
{% else %}
<p>No evaluation lies in this directory: run <code>python tools/test.py</code> with
<code>--work-dir</code> inside it, then make the report again.</p>
{% endfor %}
{% if curves %}
<h2>Training curves</h2>
<img alt="training curves" src="{{ data_uri("image/png", curves) }}">
{% endif %}
{% if clips %}
<h2>Best, median and worst clips</h2>
<p class="note">Of {{ num_ranked }} clips spread evenly over the test set
{%- if num_unusable %}; {{ num_unusable }} more could not be used{% endif %}, ranked by how far
the logit of the own audio lies above that of the shifted one. Left the original, right where the
network looked; the audio plays.</p>
<div class="clips">
{% for rank, clip in clips.items() %}
<figure class="{{ rank }}">
<video controls loop preload="auto" src="{{ data_uri("video/mp4", clip.video) }}"></video>
<figcaption><b>{{ rank }}</b>: {{ clip.name }}<br>{{ caption(clip) }}</figcaption>
</figure>
{% endfor %}
</div>
{% endif %}
</body>
</html>
"""


def render_report(
    work_dir: WorkDir,
    curves_png: bytes | None = None,
    clips: dict[str, RankedClip] | None = None,
    num_ranked: int = 0,
    num_unusable: int = 0,
    facts: dict[str, str] | None = None,
    notes: list[str] | None = None,
) -> str:
    """Put the report together.

    Args:
        clips (dict, optional): By rank, see :func:`show_clips`; chosen among ``num_ranked``, while
            ``num_unusable`` of those drawn could not be used.
        facts (dict, optional): Further lines for the head: seed, data and the like.
        notes (list[str], optional): What is missing in this report, and why.

    Returns:
        str: An HTML document.
    """
    from jinja2 import Environment  # torch requires it

    template = Environment(autoescape=True, trim_blocks=True).from_string(TEMPLATE.lstrip())
    return template.render(
        title=f'Report on {work_dir.path.resolve().name}',
        work_dir=work_dir,
        facts={
            'work directory': str(work_dir.path),
            'config': work_dir.config.name if work_dir.config else 'none left there',
            'checkpoint': work_dir.checkpoint.name if work_dir.checkpoint else 'none left there',
            **(facts or {}),
        },
        notes=notes or [],
        heads=['figure', 'model', 'knows nothing', *(name for _, name in CONTROLS)],
        curves=curves_png,
        clips=clips,
        num_ranked=num_ranked,
        num_unusable=num_unusable,
        leak=LEAK,
        result_rows=result_rows,
        describe_counts=describe_counts,
        caption=_caption,
        number=_number,
        leaks=_leaks,
        data_uri=_data_uri,
    )


def _caption(clip: RankedClip) -> str:
    shifts = ', '.join(f'{shift:+.2f} s' for shift in clip.shifts) or '?'
    return (
        f'logit of the own audio {clip.in_sync:+.2f}, shifted by {shifts} {clip.shifted:+.2f}, '
        f'margin {clip.margin:+.2f}'
    )


def _leaks(control: float | None, row: ResultRow) -> bool:
    return control is not None and row.floor is not None and abs(control - row.floor) > LEAK


def _number(value: float | None) -> str:
    if value is None:
        return ''
    return f'{value:.3f}' if math.isfinite(value) else str(value)


def _data_uri(kind: str, data: bytes) -> str:
    return f'data:{kind};base64,{base64.b64encode(data).decode("ascii")}'

"""The report as HTML: a pure function of what was collected; nothing is loaded from elsewhere."""

import base64
from collections.abc import Sequence

from .ranked_clips import RankedClip
from .results_table import CONTROLS, describe_counts, result_rows
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
{% for name, (counts, rows) in tests.items() %}
<h3>Evaluation {{ name }}: {{ counts }}</h3>
<table>
<tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{% for row in rows %}
<tr{% if row.name == "accuracy" %} class="main"{% endif %}>
<td>{{ row.name | replace("_", " ") }}</td>
<td>{{ row.value | number }}</td><td>{{ row.floor | number }}
{%- if row.floor_name %} <small>{{ row.floor_name }}</small>{% endif %}</td>
{%- for control in row.controls %}
<td
{%- if none not in (control, row.floor) and (control - row.floor) | abs > leak %} class="leak"
{%- endif %}>{{ control | number }}</td>
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
<img alt="training curves" src="data:image/png;base64,{{ curves | base64 }}">
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
<video controls loop preload="auto" src="data:video/mp4;base64,{{ clip.video | base64 }}"></video>
<figcaption><b>{{ rank }}</b>: {{ clip.name }}<br>{{ clip.caption }}</figcaption>
</figure>
{% endfor %}
</div>
{% endif %}
</body>
</html>
"""


def render_report(
    work_dir: WorkDir,
    curves: bytes | None = None,
    clips: dict[str, RankedClip] | None = None,
    num_ranked: int = 0,
    num_unusable: int = 0,
    facts: dict[str, str] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Put the report together, as an HTML document.

    ``curves`` are the training curves as PNG; ``clips``, by rank, those of :func:`show_clips`,
    chosen among ``num_ranked``, while ``num_unusable`` of those drawn could not be used; ``facts``
    further lines for the head, seed and data for instance; ``notes`` what is missing, and why.
    """
    from jinja2 import Environment  # torch requires it

    environment = Environment(autoescape=True, trim_blocks=True)
    environment.filters['base64'] = lambda data: base64.b64encode(data).decode('ascii')
    environment.filters['number'] = lambda value: '' if value is None else f'{value:.3f}'
    config, checkpoint = work_dir.config, work_dir.checkpoint
    return environment.from_string(TEMPLATE.lstrip()).render(
        title=f'Report on {work_dir.path.resolve().name}',
        tests={name: (describe_counts(f), result_rows(f)) for name, f in work_dir.tests.items()},
        facts={
            'work directory': str(work_dir.path),
            'config': config.name if config else 'none left there',
            'checkpoint': checkpoint.name if checkpoint else 'none left there',
            **(facts or {}),
        },
        notes=notes,
        heads=['figure', 'model', 'knows nothing', *(name for _, name in CONTROLS)],
        curves=curves,
        clips=clips,
        num_ranked=num_ranked,
        num_unusable=num_unusable,
        leak=LEAK,
    )

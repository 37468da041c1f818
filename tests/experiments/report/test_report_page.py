"""The document: complete in itself, every figure in its place."""

import base64
import re
from pathlib import Path

from mmav_coattn.experiments.report.ranked_clips import RankedClip
from mmav_coattn.experiments.report.report_page import render_report
from mmav_coattn.experiments.report.work_dir import WorkDir


def table(html):
    """The text of every cell, row by row."""
    rows = [re.findall(r'<t[hd].*?>(.*?)</t[hd]>', row, re.S) for row in html.split('<tr')[1:]]
    return [[re.sub('<.*?>', '', cell).strip() for cell in row] for row in rows]


FIGURES = dict(
    accuracy=0.8733, auroc=0.96, accuracy_video_blank=0.5, accuracy_audio_blank=0.61,
    num_clips=300.0, left_out=2.0,
)  # fmt: skip
FIGURES = {f'sync/{name}': value for name, value in FIGURES.items()}
WORK_DIR = WorkDir(Path('work_dirs/<demo>'), Path('a.py'), Path('b.pth'), {'test/1': FIGURES})
CLIPS = {'best': RankedClip('/v/1.mp4', '<1>.mp4', 2.5, -1.25, [0.5], b'MP4')}


def test_every_figure_is_in_its_place():
    html = render_report(WORK_DIR, facts={'seed': '7'})
    assert table(html) == [
        ['figure', 'model', 'knows nothing', 'video blanked', 'audio blanked'],
        ['accuracy', '0.873', '0.500', '0.500', '0.610'],
        ['auroc', '0.960', '0.500', '', ''],
    ]
    assert 'N = 300 clips, 2 files left out' in html
    assert 'Report on &lt;demo&gt;' in html and 'seed: 7' in html
    # Only the control that is away from chance is marked.
    assert html.count('class="leak"') == 1 and 'class="leak">0.610<' in html


def test_pictures_and_clips_are_inside():
    html = render_report(WORK_DIR, b'PNG', CLIPS, num_ranked=60, num_unusable=3)
    # Nothing is loaded from elsewhere.
    images, videos = (base64.b64encode(data).decode() for data in (b'PNG', b'MP4'))
    sources = [f'src="data:image/png;base64,{images}"', f'src="data:video/mp4;base64,{videos}"']
    assert re.findall(r'src=".*?"', html) == sources
    assert re.findall(r'href=".*?"', html) == ['href="data:,"']
    assert 'Of 60 clips' in html and '3 more could not be used' in html
    assert 'best</b>: &lt;1&gt;.mp4<br>logit of the own audio +2.50, shifted by' in html


def test_what_is_missing_is_said():
    empty = WorkDir(Path('new'), None, None, {})
    html = render_report(empty, notes=['No training curves: none.'])
    assert 'No evaluation lies in this directory' in html and 'No training curves: none.' in html
    null = {'1': {'sync/accuracy': None, 'sync/num_clips': None}}
    html = render_report(empty._replace(tests=null))
    assert ['accuracy', '', '0.500', '', ''] in table(html) and 'N: not logged' in html

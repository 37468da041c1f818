"""The document: complete in itself, every figure in its place."""

import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import CHROMIUM, rendered

from mmav_coattn.experiments.report.ranked_clips import RankedClip
from mmav_coattn.experiments.report.report_page import render_report
from mmav_coattn.experiments.report.work_dir import WorkDir


class Document(HTMLParser):
    """Attributes of all tags, and the cells of all tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.text = [], [], ''
        self.open = []
        self.feed(text)
        assert not self.open, f'not closed: {self.open}'

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ('meta', 'link', 'br', 'img'):
            self.open.append(tag)
        if tag == 'tr':
            self.rows.append([])
        if tag in ('td', 'th'):
            self.rows[-1].append('')

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] in ('td', 'th'):
            self.rows[-1][-1] += data


FIGURES = {
    'sync/accuracy': 0.8733,
    'sync/auroc': 0.96,
    'sync/accuracy_video_blank': 0.5,
    'sync/accuracy_audio_blank': 0.61,
    'sync/num_clips': 300.0,
    'sync/left_out': 2.0,
}
WORK_DIR = WorkDir(Path('work_dirs/<demo>'), Path('a.py'), Path('b.pth'), {'test/1': FIGURES})
CLIPS = {'best': RankedClip('/v/1.mp4', '<1>.mp4', 2.5, -1.25, [0.5], b'MP4')}


def test_every_figure_is_in_its_place():
    document = Document(render_report(WORK_DIR, facts={'seed': '7'}))
    assert document.rows == [
        ['figure', 'model', 'knows nothing', 'video blanked', 'audio blanked'],
        ['accuracy', '0.873', '0.500', '0.500', '0.610'],
        ['auroc', '0.960', '0.500', '', ''],
    ]
    assert 'N = 300 clips, 2 files left out' in document.text
    assert 'Report on <demo>' in document.text and 'seed: 7' in document.text
    # Only the control that is away from chance is marked.
    assert sum(attributes.get('class') == 'leak' for _, attributes in document.tags) == 1


def test_pictures_and_clips_are_inside():
    document = Document(render_report(WORK_DIR, b'PNG', CLIPS, num_ranked=60, num_unusable=3))
    sources = [each['src'] for tag, each in document.tags if 'src' in each]
    assert [base64.b64decode(source.split(',')[1]) for source in sources] == [b'PNG', b'MP4']
    assert all(source.startswith('data:') for source in sources)
    assert 'href' not in {name for tag, each in document.tags if tag != 'link' for name in each}
    assert 'Of 60 clips' in document.text and '3 more could not be used' in document.text
    assert 'logit of the own audio +2.50, shifted by +0.50 s -1.25, margin +3.75' in document.text


def test_what_is_missing_is_said():
    empty = WorkDir(Path('new'), None, None, {})
    document = Document(render_report(empty, notes=['No training curves: none.']))
    assert 'No evaluation lies in this directory' in document.text
    assert 'No training curves: none.' in document.text
    null = {'1': {'sync/accuracy': None, 'sync/num_clips': None}}
    document = Document(render_report(empty._replace(tests=null)))
    assert ['accuracy', '', '0.500', '', ''] in document.rows and 'N: not logged' in document.text


@pytest.mark.skipif(CHROMIUM is None, reason='no Chromium is installed')
def test_a_browser_plays_the_clips(tmp_path):
    from media_factory import write_clip

    write_clip(tmp_path / 'a.mp4', duration=1.0)
    clip = RankedClip('/v/1.mp4', '1.mp4', 2.5, -1.25, [0.5], (tmp_path / 'a.mp4').read_bytes())
    html = render_report(WORK_DIR, clips={'best': clip}, num_ranked=1)
    # The browser writes into the document what it made of the file; loading of a page ends after
    # the first picture of its videos.
    script = (
        '<script>const v = document.querySelector("video");'
        'const write = () => document.title = `${v.videoWidth} px ${v.duration.toFixed(1)} s`;'
        'if (v.readyState >= 2) write(); else v.onloadeddata = write;'
        'v.onerror = () => document.title = v.error.message;</script>'
    )
    page = tmp_path / 'report.html'
    page.write_text(html.replace('</body>', script + '</body>'))
    shown = rendered(page.as_uri(), tmp_path / 'profiles')
    assert '<title>64 px 1.' in shown, shown[:500]

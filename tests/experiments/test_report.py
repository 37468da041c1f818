import base64
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.experiments.report.ranked_clips import RankedClip, choose_clips, rank_clips
from mmav_coattn.experiments.report.report_page import render_report
from mmav_coattn.experiments.report.results_table import describe_counts, result_rows
from mmav_coattn.experiments.report.work_dir import WorkDir, read_work_dir


def write_test_run(folder, stamp, figures):
    (folder / stamp).mkdir(parents=True)
    (folder / stamp / f'{stamp}.json').write_text(json.dumps(figures))


def test_what_is_there_is_found(tmp_path):
    for name in ('best.pth', 'epoch_2.pth', 'recipe.py'):
        (tmp_path / name).touch()
    torch.save({}, tmp_path / 'epoch_1.pth')  # the other is broken
    write_test_run(tmp_path, '20260101_000000', {'sync/accuracy': 0.8, 'time': 1.0})
    figures = {'sync/accuracy': 0.9, 'sync/num_clips': None}
    write_test_run(tmp_path / 'test', '20260102_000000', figures)
    # Training writes scalars and configs under other names.
    (tmp_path / '20260101_000000/vis_data').mkdir()
    (tmp_path / '20260101_000000/vis_data/scalars.json').write_text('{"loss": 1}\n{"loss": 2}\n')
    found = read_work_dir(tmp_path)
    assert (found.config.name, found.checkpoint.name) == ('recipe.py', 'epoch_1.pth')
    assert list(found.tests.items()) == [
        ('test/20260102_000000', figures),
        ('20260101_000000', {'sync/accuracy': 0.8}),
    ]


def test_an_empty_folder_none_and_broken_results(tmp_path):
    assert read_work_dir(tmp_path)[1:] == (None, None, {})
    with pytest.raises(DataNotFoundError, match='gone: there is no such work directory'):
        read_work_dir(tmp_path / 'gone')
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/a.json').write_text('{"sync')
    with pytest.raises(UserError, match=r'a\.json: not a JSON file'):
        read_work_dir(tmp_path)


def test_rows_and_counts():
    figures = {
        'sync/accuracy': 0.9,
        'sync/cross_entropy': 0.3,
        'sync/accuracy_|shift|_0.4-0.6': 0.8,
        'sync/accuracy_video_blank': 0.51,
        'sync/accuracy_audio_blank': None,
        'sync/num_clips': 300.0,
        'sync/left_out': None,
        'localization/ciou50': 0.4,
        'localization/ciou50_floor': 0.3,
        'localization/sea_floor': 7.0,
        'localization/pointing': 0.9,
        'localization/pointing_centre_disc': 0.2,
        'localization/pointing_whole_image': 0.1,
        'localization/pointing_motion_energy': 0.4,
        'localization/num_pairs': 700.0,
    }
    assert {row.name: row[1:] for row in result_rows(figures)} == {
        'accuracy': (0.9, 0.5, (0.51, None), ''),
        'cross_entropy': (0.3, math.log(2), (None, None), ''),
        'accuracy_|shift|_0.4-0.6': (0.8, 0.5, (None, None), ''),
        'localization/ciou50': (0.4, 0.3, (None, None), ''),
        # A figure of that name alone is no floor of another.
        'localization/sea_floor': (7.0, None, (None, None), ''),
        # Of several guesses the best one is the floor.
        'localization/pointing': (0.9, 0.4, (None, None), 'motion energy'),
    }
    assert describe_counts(figures) == 'N = 300 clips'
    counts = describe_counts({'a/num_files': 9.0, 'a/left_out': 2.0})
    assert counts == 'N = 9 clips, 2 files left out'


def clip(i):
    """It scores i, its shifted audio 2 and 4; every third cannot be used."""
    meta = dict(filename=f'/v/{i}.mp4', relpath=f'{i}.mp4', shift=[0, 0.5, -1])
    if i % 3 == 2:
        meta['unusable'] = ('silent', 'is silent')
    sample = ActionDataSample(metainfo=meta)
    sample.sync_label = torch.tensor([1.0, 0.0, 0.0])
    sample.sync_scores = torch.tensor([float(i), 2.0, 4.0])
    return dict(data_samples=sample)


def test_ranking_spreads_over_the_set_and_counts_what_is_unusable():
    model = SimpleNamespace(test_step=lambda batch: batch['data_samples'])
    inferencer = SimpleNamespace(model=model)
    # Of 0 to 20 every other one: 2, 8, 14, 20 are unusable.
    ranked, unusable = rank_clips(inferencer, list(map(clip, range(21))), max_clips=11)
    assert unusable == 4
    assert [clip.name for clip in ranked] == [f'{i}.mp4' for i in (18, 16, 12, 10, 6, 4, 0)]
    best = ranked[0]
    assert (best.filename, best.in_sync, best.shifted, best.margin) == ('/v/18.mp4', 18, 3, 15)
    assert best.shifts == [0.5, -1]
    assert best.caption == (
        'logit of the own audio +18.00, shifted by +0.50 s, -1.00 s +3.00, margin +15.00'
    )
    with pytest.raises(UserError, match='None of the 2 clips'):
        rank_clips(inferencer, [clip(2), clip(5)])


def test_choice():
    assert choose_clips(list(range(7))) == dict(best=0, median=3, worst=6)
    assert choose_clips(list(range(8))) == dict(best=0, median=3, worst=7)
    assert choose_clips([0, 1]) == dict(best=0, worst=1)
    assert choose_clips([0]) == dict(best=0)


def table(html):
    """The text of every cell, row by row."""
    rows = [re.findall(r'<t[hd].*?>(.*?)</t[hd]>', row, re.S) for row in html.split('<tr')[1:]]
    return [[re.sub('<.*?>', '', cell).strip() for cell in row] for row in rows]


FIGURES = dict(
    accuracy=0.8733, auroc=0.96, accuracy_video_blank=0.5, accuracy_audio_blank=0.61,
    num_clips=300.0, left_out=2.0,
)  # fmt: skip
FIGURES = {f'sync/{name}': value for name, value in FIGURES.items()}


def test_page():
    work_dir = WorkDir(Path('work_dirs/<demo>'), Path('a.py'), Path('b.pth'), {'test/1': FIGURES})
    clips = {'best': RankedClip('/v/1.mp4', '<1>.mp4', 2.5, -1.25, [0.5], b'MP4')}
    html = render_report(work_dir, b'PNG', clips, 60, num_unusable=3, facts={'seed': '7'})
    assert table(html) == [
        ['figure', 'model', 'knows nothing', 'video blanked', 'audio blanked'],
        ['accuracy', '0.873', '0.500', '0.500', '0.610'],
        ['auroc', '0.960', '0.500', '', ''],
    ]
    assert 'N = 300 clips, 2 files left out' in html
    assert 'Report on &lt;demo&gt;' in html and 'seed: 7' in html
    # Only the control that is away from chance is marked.
    assert html.count('class="leak"') == 1 and 'class="leak">0.610<' in html
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

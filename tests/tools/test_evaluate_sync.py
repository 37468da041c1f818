import json
import runpy
from argparse import Namespace

import numpy as np
import pytest
import torch
from paths import TOOLS

from mmav_coattn.apis import AudioVisualInferencer


def test_shares():
    names = ('shift', 'best', 'own', 'offset', 'residual', 'residual_measured')
    known = dict(step=0.04, confidence=0.9, no_visible_source=False)
    records = [
        known | dict(zip(names, values, strict=True))
        for values in (
            (0.30, 0.33, 0.01, 0.33, -0.03, 0.01),
            (-0.50, -0.57, -0.06, -0.57, 0.07, 0.0),
            (0.02, 0.02, -0.4, None, None, None),
        )
    ]
    args = Namespace(seed=0, largest=0.6, max_offset=1.0, tolerance=0.04, fix=True)
    # Of what the copies differ from their originals, two shifts are right to 0.02 and 0.01 s.
    summarise = runpy.run_path(str(TOOLS / 'analysis_tools/evaluate_sync.py'))['summarise']
    assert summarise(records, 1, args) == pytest.approx(dict(
        num_files=4, failed=1, within_tolerance=0.5, within_twice_tolerance=0.75, chance=3 / 51,
        answered=0.5, right_if_answered=0.5, right_within_twice_if_answered=1, median_error=0,
        median_absolute_error=0.03, always_zero=1 / 3, residual_within_tolerance=0.25,
        residual_measured_within_tolerance=0.5, difference_within_tolerance=0.5,
        sd_of_difference=np.std([0.02, -0.01, 0.4]), no_visible_source=0,
    ))  # fmt: skip


@pytest.fixture
def evaluate(here, folder_config, tmp_path):
    """Evaluates a network of random weights; what is printed and what is written."""
    model = AudioVisualInferencer(str(folder_config)).model
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'random.pth')
    out = tmp_path / 'new/all.json'
    network = ('--network', tmp_path / 'random.pth', '--config', folder_config)

    def run(*options):
        command = ('analysis_tools/evaluate_sync.py', *network, '--max-offset', '0.2')
        done = here(*command, '--out', out, *options)
        assert done.code == 0, done
        return done.out, json.loads(out.read_text())

    return run


def test_on_a_folder(evaluate, videos):
    said, written = evaluate('--data-root', videos, '--fix')
    assert written['summaries']['all']['num_files'] == len(written['files']) == 1
    (record,) = written['files']
    assert -0.6 <= record['shift'] <= 0.6 and record['shift'] != 0
    # Random weights: it cannot tell.
    assert record['offset'] is None and written['summaries']['all']['answered'] == 0
    assert 'within_tolerance' in said


def test_a_table_of_clips_by_kind(evaluate, videos):
    names = sorted(path.name for path in videos.iterdir() if path.suffix == '.mp4')[:2]
    table = videos.parent / f'{videos.name}_clips.csv'
    rows = [f'{videos.name}/{name},{kind}' for name, kind in zip(names, 'ab', strict=True)]
    table.write_text('\n'.join(['path,kind', *rows, f'{videos.name}/gone.mp4,b']))
    for control in ((), ('--mismatched',)):
        said, written = evaluate('--clips', table, '--largest', '0', *control)
        assert 'failed: ' in said and 'gone.mp4' in said
        found = written['summaries']
        assert {kind: each['failed'] for kind, each in found.items()} == dict(a=0, b=1, all=1)
        assert {kind: each['num_files'] for kind, each in found.items()} == dict(a=1, b=2, all=3)

"""The evaluation of offsets: known shifts in, shares out."""

import json
import runpy
from argparse import Namespace

import pytest
import torch
from paths import TOOLS

TOOL = TOOLS / 'analysis_tools/evaluate_sync.py'


@pytest.fixture(scope='module')
def tool():
    return runpy.run_path(str(TOOL))


def test_shares(tool):
    records = [
        dict(shift=0.30, offset=0.33, residual=-0.03, residual_measured=0.01),
        dict(shift=-0.50, offset=-0.57, residual=0.07, residual_measured=0.0),
        dict(shift=0.02, offset=None, residual=None, residual_measured=None),
    ]
    args = Namespace(seed=0, largest=0.6, tolerance=0.04, fix=True)
    summary = tool['summarise'](records, {'a.mp4': 'a.mp4: has no sound'}, args)
    assert summary['num_files'] == 4 and summary['failed'] == summary['cannot_tell'] == 1
    assert summary['within_tolerance'] == 0.25 and summary['within_twice_tolerance'] == 0.5
    assert summary['median_absolute_error'] == pytest.approx(0.05)
    assert summary['residual_within_tolerance'] == 0.25
    assert summary['residual_measured_within_tolerance'] == 0.5
    assert summary['floor_always_zero'] == pytest.approx(1 / 3)


def test_on_a_folder(tool, here, folder_config, videos, tmp_path):
    from mmav_coattn.apis import AudioVisualInferencer

    model = AudioVisualInferencer(str(folder_config)).model
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'random.pth')
    out = tmp_path / 'new/all.json'
    done = here(
        'analysis_tools/evaluate_sync.py',
        folder_config,
        tmp_path / 'random.pth',
        '--data-root',
        videos,
        '--fix',
        '--out',
        out,
        '--max-offset',
        '0.2',
    )
    assert done.code == 0, done
    written = json.loads(out.read_text())
    assert written['summary']['num_files'] == len(written['files']) == 1
    (record,) = written['files']
    assert -0.6 <= record['shift'] <= 0.6 and record['shift'] != 0
    # Random weights: it cannot tell, which counts as wrong.
    assert record['offset'] is None and written['summary']['within_tolerance'] == 0
    assert 'within_tolerance' in done.out

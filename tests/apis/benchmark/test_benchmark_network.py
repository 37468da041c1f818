"""The network benchmark times what it says."""

import json
import subprocess
import sys

import pytest
import torch
from models.tiny import AUDIO, VISUAL
from paths import ROOT, TOOLS

from mmav_coattn.apis.benchmark import network
from mmav_coattn.apis.complexity import network_complexity

CFG = dict(
    type='AudioVisualRecognizer',
    backbone=dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO),
    neck=dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, num_heads=2),
    cls_head=dict(type='SyncHead', in_channels=16),
)
SHAPE = network.ClipShape(batch=2, num_frames=8, size=32, clip_seconds=0.5, num_negatives=2)


def make_step(**options):
    torch.manual_seed(0)
    model = network.build_network(CFG, 'cpu')
    return network.TrainingStep(model, *network.random_inputs(model, SHAPE, 'cpu'), **options)


def test_a_pass_per_pair_computes_the_same_logits():
    shared, per_pair = make_step(), make_step(per_pair=True)
    shared.model.eval()
    per_pair.model.eval()
    assert shared.inputs['imgs'].shape[0] == 2 and per_pair.inputs['imgs'].shape[0] == 6
    assert torch.allclose(shared.logits(), per_pair.logits().view(2, 3), atol=1e-5)


@pytest.mark.parametrize('precision', ['fp32', 'bf16'])
def test_a_step_trains(precision):
    step = make_step(precision=precision)
    before = [each.clone() for each in step.model.parameters()]
    step()
    changed = [not torch.equal(a, b) for a, b in zip(before, step.model.parameters(), strict=True)]
    # Keys' biases move nothing that the softmax does not take out again.
    assert sum(changed) > 0.9 * len(changed)


def test_parts_are_run_alone():
    step = make_step()
    calls = []
    step.model.backbone.visual.register_forward_hook(lambda *_: calls.append('towers'))
    step.model.neck.register_forward_hook(lambda *_: calls.append('neck'))
    towers = network.part_step(step, network.TOWERS)
    neck = network.part_step(step, network.NECK)
    calls.clear()
    towers()
    assert calls == ['towers']
    neck()
    assert calls == ['towers', 'neck']
    # The whole network is as it was.
    step()
    assert calls == ['towers', 'neck'] * 2


def test_flops_of_training():
    model = network.build_network(CFG, 'cpu')
    counts = network_complexity(model, 8, 32, 0.5, 2)
    assert network.training_flops(model, SHAPE) == 3 * 2 * counts['whole network'][1] > 0


def test_options_run_on_cpu():
    timings, peaks = network.time_options(CFG, SHAPE, 'cpu', ['fp32'], 1, compiled=False)
    rows = network.option_rows(SHAPE, timings, peaks, flops=0.0, ceiling=0.0)
    assert {'fp32', 'fp32, channels first', 'fp32, checkpointing'} == set(timings.seconds)
    assert all(row.value > 0 for row in rows)


#: Runs a script as if nothing but torch, mmengine, mmcv-lite, mmaction2 and what these import on
#: their own were installed.
BARE = """
import runpy, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'av', 'decord', 'librosa', 'soxr', 'matplotlib', 'soundfile'}:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Absent())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


def test_tool_runs_without_what_only_media_need(tmp_path):
    config = tmp_path / 'tiny.py'
    config.write_text(f'model = {CFG!r}\n')
    done = subprocess.run(
        [sys.executable, '-c', BARE, str(TOOLS / 'analysis_tools/benchmark.py'), 'network']
        + f'--config {config} --frames 8 --size 32 --clip-seconds 0.5 --rounds 1'.split()
        + f'--negatives 1 3 --compare {config} --out {tmp_path / "rows.json"}'.split(),
        env=dict(PYTHONPATH=str(ROOT), PATH='/usr/bin:/bin', OMP_NUM_THREADS='1'),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / 'rows.json').read_text())
    wanted = {row['what']: row['wanted'] for row in rows}
    assert wanted['K=1: shared visual tower / one pass of the visual tower per pair'] == '>= 1.7'
    assert wanted['K=3: shared visual tower / one pass of the visual tower per pair'] == '>= 2.8'
    assert wanted['K=3: co-attention / training step'] == '<= 0.05'
    assert 'K=3: training step / tiny' in wanted
    assert done.stdout.count('| K=') == len(rows)

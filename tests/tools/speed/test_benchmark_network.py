import json

import pytest
import torch
from models.tiny import MODEL
from paths import TOOLS
from speed import network
from speed.timing import Timings
from tool_process import run_without

SHAPE = network.ClipShape(
    batch=2, num_frames=8, size=32, clip_seconds=0.5, audio_seconds=1.2, num_negatives=2
)


def make_step(**options):
    torch.manual_seed(0)
    return network.TrainingStep(MODEL, SHAPE, 'cpu', **options)


@torch.no_grad()
def test_a_pass_per_pair_computes_the_same_logits():
    shared = make_step()
    per_pair = shared.per_pair()
    seen = []
    for step in (shared, per_pair):
        step.model.eval()
        tower = step.model.get_submodule('backbone' if step is shared else 'backbone.backbone')
        tower.visual.register_forward_hook(lambda _, args, out: seen.append(len(args[0])))
    logits = shared.model(shared.inputs, mode='tensor')
    assert logits.shape == (2, 3) and logits.std() > 1e-4
    pairs = per_pair.model(per_pair.inputs, mode='tensor')
    torch.testing.assert_close(pairs.view(2, 3), logits, atol=1e-5, rtol=0)
    assert seen == [2, 6]
    labels = torch.cat([sample.sync_label for sample in per_pair.data_samples])
    assert labels.tolist() == [1, 0, 0, 1, 0, 0]


def test_parts_are_run_alone():
    step, calls = make_step(), []
    names = ['backbone.visual', 'backbone.audio', 'neck', 'cls_head.loss_contrast']
    for name in names:
        part = step.model.get_submodule(name)
        part.register_forward_hook(lambda *_, name=name: calls.append(name))
    for run, expected in ((step.towers(), names[:2]), (step.neck(), names[2:])):
        calls.clear()
        run()
        assert calls == expected
    before = step.model.cls_head.bias.clone()
    step()
    assert len(calls) == 6 and not torch.equal(step.model.cls_head.bias, before)


def test_rows_of_sharing_by_hand():
    seconds = {network.STEP: 0.5, network.PER_PAIR: 1.0, network.TOWERS: 0.4, network.NECK: 0.02}
    timings = Timings({name: [value] for name, value in seconds.items()})
    rows = network.table_of_sharing(network.ClipShape(batch=2, num_negatives=3), timings)
    assert [row.value for row in rows] == pytest.approx([4, 16, 8, 2, 0.8, 0.04])
    assert [row.reached for row in rows if row.wanted] == [False, True]


def test_tool_runs_without_what_only_media_need(tmp_path):
    config = tmp_path / 'tiny.py'
    config.write_text(f'model = {MODEL!r}\n')
    options = (
        f'--config {config} --frames 8 --size 32 --clip-seconds 0.5 --audio-seconds 1.5 --rounds 1 '
        f'--negatives 1 3 --precisions fp32 bf16 --out {tmp_path}/rows.json'
    ).split()
    tool = TOOLS / 'analysis_tools/benchmark.py'
    done = run_without('av,decord,matplotlib', tmp_path, tool, 'network', *options)
    assert done.code == 0, done
    rows = json.loads((tmp_path / 'rows.json').read_text())
    targets = [row['wanted'] for row in rows if row['wanted']]
    assert targets == ['>= 1.7', '<= 0.05', '>= 2.8', '<= 0.05']
    assert done.out.count('| K=') == 12
    precisions = {row['what']: row['value'] for row in rows[12:]}
    assert list(precisions) == ['fp32: training step', 'bf16: training step', 'bf16 / fp32']
    fp32, bf16, ratio = precisions.values()
    assert ratio == pytest.approx(bf16 / fp32)

import json

import pytest
from mmengine.config import Config
from paths import CONFIGS

from mmav_coattn.experiments import comparison
from mmav_coattn.visualization.comparison import plot_comparison


def run(name, seed, accuracy, **figures):
    size = dict(parameters=458466, flops_per_pair=0.31e9)
    sync = {'sync/accuracy': accuracy, 'sync/num_clips': 300}
    return dict(name=name, seed=seed, **sync, **size, **figures)


def test_table_by_hand(tmp_path):
    runs = [run('ours', 0, 0.90), run('ours', 1, 0.92), run('pool', 0, 0.8)]
    lines = comparison.write_table(runs, tmp_path / 'table.md').read_text().splitlines()
    header, ours, pool = ([cell.strip() for cell in lines[i].split('|')[1:-1]] for i in (0, 2, 3))
    ours, pool = (dict(zip(header, cells, strict=True)) for cells in (ours, pool))
    assert ours['network'] == '`ours`' and ours['seeds'] == '0, 1'
    assert ours['accuracy'] == '0.910 +- 0.014'
    assert ours['AUROC'] == '-'
    assert (ours['parameters, M'], ours['GFLOPs per pair']) == ('0.46', '0.31')
    assert pool['accuracy'] == '0.800'
    # Of two values the interval of the mean is 12.706 times half their distance.
    assert ours['95 % interval'] == '0.783-1.037' and ours['points against the first'] == '-'
    assert pool['95 % interval'] == '-' and pool['points against the first'] == '-11.0'
    assert 'N = 300 clips' in lines[-1]
    assert plot_comparison(runs, tmp_path / 'plot.png').stat().st_size > 1000


def test_intervals_by_hand():
    three, others = [0.92, 0.93, 0.94], [0.85, 0.86, 0.87]
    # t of 2 degrees of freedom: 4.303; deviation 0.01 of three values.
    half = 4.303 * 0.01 / 3**0.5
    assert comparison.interval(three) == pytest.approx((0.93 - half, 0.93 + half), abs=1e-5)
    # Equal deviations: Welch's degrees of freedom are 4, t is 2.776.
    half = 2.776 * 0.01 * (2 / 3) ** 0.5
    found = comparison.interval(others, three)
    assert found == pytest.approx((-0.07 - half, -0.07 + half), abs=1e-5)
    assert comparison.difference_in_points(others, three) == '-7.0 [-9.3, -4.7]'
    assert comparison.difference_in_points([0.85], [0.92, 0.94]) == '-8.0'


def test_training_curve(tmp_path):
    folder = tmp_path / '1' / 'vis_data'
    folder.mkdir(parents=True)
    lines = [dict(loss=1.0, step=step, epoch=1 + (step > 20)) for step in (10, 20, 40)]
    lines += [{'sync/accuracy': accuracy, 'step': i} for i, accuracy in ((1, 0.5), (2, 0.9))]
    (folder / 'scalars.json').write_text('\n'.join(map(json.dumps, lines)))
    assert comparison.training_curve(tmp_path) == [[20, 0.5], [40, 0.9]]


def test_sliding_config():
    cfg = Config.fromfile(CONFIGS / 'coattn_pretrain_demo.py')
    slid = comparison.sliding_config(cfg)
    window = slid.test_dataloader.dataset.pipeline[1]
    assert window == dict(type='SlideSyncWindows', clip_seconds=1.6, grid=0.05)
    assert slid.test_evaluator.tolerance == pytest.approx(0.05)
    assert cfg.test_evaluator.type == 'SyncMetric'

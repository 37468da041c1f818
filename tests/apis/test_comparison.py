import json

import pytest
from mmengine.config import Config
from paths import CONFIGS

from mmav_coattn.apis.comparison import (
    fingerprint,
    mean_and_deviation,
    sliding_config,
    training_figures,
    write_table,
)
from mmav_coattn.visualization.comparison import plot_comparison


def run(name, seed, accuracy, **figures):
    return {
        'name': name,
        'seed': seed,
        'sync/accuracy': accuracy,
        'sync/num_clips': 300,
        'parameters': 458466,
        'flops_per_pair': 0.31e9,
        **figures,
    }


def test_table_by_hand(tmp_path):
    bins = {'sync/accuracy_|shift|_0.4-0.6': 0.7, 'sync/accuracy_|shift|_2-inf': 0.9}
    runs = [run('ours', 0, 0.90, **bins), run('ours', 1, 0.92), run('pool', 0, 0.8)]
    lines = write_table(runs, tmp_path / 'table.md').read_text().splitlines()
    header, ours, pool = ([cell.strip() for cell in lines[i].split('|')[1:-1]] for i in (0, 2, 3))
    ours = dict(zip(header, ours, strict=True))
    assert ours['network'] == '`ours`' and ours['seeds'] == '0, 1'
    assert ours['accuracy'] == '0.910 +- 0.014'
    assert ours['0.4-0.6 s'] == '0.700' and ours['2-inf s'] == '0.900'
    assert ours['AUROC'] == '-'
    assert (ours['parameters, M'], ours['GFLOPs per pair']) == ('0.46', '0.31')
    assert dict(zip(header, pool, strict=True))['accuracy'] == '0.800'
    assert 'N = 300 clips' in lines[-1]
    assert plot_comparison(runs, tmp_path / 'plot.png').stat().st_size > 1000


def test_mean_and_deviation():
    assert mean_and_deviation([1.0, 2.0, 3.0], 1) == '2.0 +- 1.0'


def test_training_figures(tmp_path):
    folder = tmp_path / '1' / 'vis_data'
    folder.mkdir(parents=True)
    lines = [
        dict(loss=1.0, time=t, step=step, epoch=epoch)
        for t, step, epoch in [(9.0, 10, 1), (0.5, 20, 1), (0.5, 40, 2)]
    ]
    accuracies = (0.5, 0.9, 0.91, 0.93, 0.92, 0.925)
    lines += [{'sync/accuracy': a, 'step': i} for i, a in enumerate(accuracies)]
    (folder / 'scalars.json').write_text('\n'.join(map(json.dumps, lines)))
    figures = training_figures(tmp_path)
    assert figures['seconds_per_epoch'] == pytest.approx(0.5 * 20)
    assert figures['swing'] == pytest.approx(0.03)


def test_sliding_config_and_fingerprint():
    cfg = Config.fromfile(CONFIGS / 'coattn_pretrain_demo.py')
    slid = sliding_config(cfg, 3)
    places = [dataset.pipeline[1].place for dataset in slid.test_dataloader.dataset.datasets]
    assert places == [0, 0.5, 1]
    assert slid.test_evaluator.tolerance == pytest.approx(0.05)
    assert cfg.test_evaluator.type == 'SyncMetric'
    assert fingerprint(cfg, 0) == fingerprint(cfg, 0) != fingerprint(cfg, 1)
    assert fingerprint(slid, 0) != fingerprint(cfg, 0)

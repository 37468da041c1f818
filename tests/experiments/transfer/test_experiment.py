import pytest
from mmengine.config import Config
from paths import CONFIGS

from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.transfer.experiment import (
    INITS,
    Run,
    plan_runs,
    run_config,
    run_mark,
    transfer_settings,
)


def test_the_first_seed_comes_first():
    settings = dict(splits=dict(a={}, b={}))
    names = [run.name for run in plan_runs(settings, [0, 1], ['a'], INITS)]
    assert names[:2] == ['pretrained/a/seed_0', 'random/a/seed_0']
    assert names[2:] == ['pretrained/a/seed_1', 'random/a/seed_1']
    assert len(plan_runs(settings, [0], None, INITS)) == 4
    with pytest.raises(ConfigError, match="split 'c' is unknown; this recipe has a, b"):
        plan_runs(settings, [0], ['c'], INITS)


def test_mark_of_a_run(tmp_path):
    cfg = Config.fromfile(CONFIGS / 'transfer/finetune_ucf101.py')
    settings = transfer_settings(cfg)
    tower = tmp_path / 'tower.pth'
    tower.write_bytes(b'1')
    runs = (Run(init, 'split2', 7) for init in ('pretrained', 'random'))
    one, other = (run_config(cfg, settings, run, tower) for run in runs)
    assert run_mark(one) != run_mark(other)
    # The place of the tower does not matter, its content does.
    one.load_from = str(tower.rename(tmp_path / 'moved.pth'))
    mark = run_mark(one)
    (tmp_path / 'moved.pth').write_bytes(b'2')
    assert mark != run_mark(one)
    one.load_from = None
    assert run_mark(one) == run_mark(other)
    one.randomness.seed = 8
    assert run_mark(one) != run_mark(other)


def test_what_is_no_recipe():
    with pytest.raises(ConfigError, match='no part `transfer`'):
        transfer_settings(Config())
    with pytest.raises(ConfigError, match=r"protocol='x' is unknown; choose one of finetune"):
        transfer_settings(Config(dict(transfer=dict(protocol='x'))))

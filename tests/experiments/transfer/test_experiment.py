import pytest
from mmengine.config import Config
from paths import CONFIGS

from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.transfer import experiment


def test_the_first_seed_comes_first():
    settings = dict(splits=dict(a={}, b={}))
    names = [run.name for run in experiment.plan_runs(settings, [0, 1], ['a'], experiment.INITS)]
    assert names[:2] == ['pretrained/a/seed_0', 'random/a/seed_0']
    assert names[2:] == ['pretrained/a/seed_1', 'random/a/seed_1']
    assert len(experiment.plan_runs(settings, [0], None, experiment.INITS)) == 4
    with pytest.raises(ConfigError, match="split 'c' is unknown; this recipe has a, b"):
        experiment.plan_runs(settings, [0], ['c'], experiment.INITS)


def test_mark_of_a_run(tmp_path):
    cfg = Config.fromfile(CONFIGS / 'transfer/finetune_ucf101.py')
    settings = experiment.transfer_settings(cfg)
    tower = tmp_path / 'tower.pth'
    tower.write_bytes(b'1')
    runs = (experiment.Run(init, 'split2', 7) for init in ('pretrained', 'random'))
    one, other = (experiment.run_config(cfg, settings, run, tower) for run in runs)
    assert experiment.run_mark(one) != experiment.run_mark(other)
    # The place of the tower does not matter, its content does.
    one.load_from = str(tower.rename(tmp_path / 'moved.pth'))
    mark = experiment.run_mark(one)
    (tmp_path / 'moved.pth').write_bytes(b'2')
    assert mark != experiment.run_mark(one)
    one.load_from = None
    assert experiment.run_mark(one) == experiment.run_mark(other)
    one.randomness.seed = 8
    assert experiment.run_mark(one) != experiment.run_mark(other)


def test_what_is_no_recipe():
    with pytest.raises(ConfigError, match='no part `transfer`'):
        experiment.transfer_settings(Config())
    with pytest.raises(ConfigError, match=r"protocol='x' is unknown; choose one of finetune"):
        experiment.transfer_settings(Config(dict(transfer=dict(protocol='x'))))

import json

import pytest

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.experiments.runs import RunFolder, make_all, run_script, scripts


def test_a_finished_run_is_kept_and_another_is_refused(tmp_path):
    run = RunFolder(tmp_path / 'a', 'mark')
    assert run.finished() is None
    assert run.finish(dict(acc=0.5)) == RunFolder(tmp_path / 'a', 'mark').finished()
    with pytest.raises(ConfigError, match='holds a run of another config or other options'):
        RunFolder(tmp_path / 'a', 'other')


def test_a_failed_run_does_not_stop_the_others(capsys):
    def fail():
        raise UserError('no data')

    runs = [('a', lambda: dict(n=1)), ('b', fail), ('c', lambda: dict(n=3))]
    with pytest.raises(UserError, match='1 runs failed: b: no data'):
        make_all(runs, lambda made: f'sum {sum(run["n"] for run in made)}')
    assert capsys.readouterr().out == 'failed: b: no data\nsum 4\n'


def test_a_script_that_fails_names_its_log(tmp_path):
    script, log = tmp_path / 'x.py', tmp_path / 'x.log'
    script.write_text('import sys\nprint(sys.argv[1:])\nsys.exit("stop")')
    with pytest.raises(UserError, match=r'x.py ended with code 1; its output is in .*x.log: stop'):
        run_script(script, log, '--seed', 3)
    assert json.loads(log.read_text().splitlines()[0].replace("'", '"')) == ['--seed', '3']
    assert (scripts() / 'train.py').is_file()

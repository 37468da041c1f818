import os
import signal
import time

import pytest

from mmav_coattn.errors import ConfigError
from mmav_coattn.isolated_pool import run_isolated


def act(task):
    if task == 'crash':
        os.kill(os.getpid(), signal.SIGSEGV)
    if task == 'leave':
        os._exit(3)
    if task == 'hang':
        time.sleep(60)
    if task == 'raise':
        raise ValueError('no such thing')
    return task * 2


def test_crash_hang_and_error_cost_one_task_each():
    tasks = ['crash', 1, 2, 'hang', 3, 'raise', 'crash', 4, 'leave', 5]
    outcomes = list(run_isolated(act, iter(tasks), num_workers=2, timeout=3.0))
    values = sorted(outcome.value for outcome in outcomes if outcome.kind == 'done')
    assert values == [2, 4, 6, 8, 10]
    failures = sorted((x.task, x.kind, x.failure) for x in outcomes if x.kind != 'done')
    killed = 'ended the process that worked on it'
    assert failures == [
        ('crash', 'crashed', f'{killed} (SIGSEGV)'),
        ('crash', 'crashed', f'{killed} (SIGSEGV)'),
        ('hang', 'timeout', 'took longer than 3 s'),
        ('leave', 'crashed', f'{killed} (exit code 3)'),
        ('raise', 'error', 'ValueError: no such thing'),
    ]


def test_no_task_and_bad_settings():
    assert list(run_isolated(act, [])) == []
    with pytest.raises(ConfigError, match='num_workers=0'):
        list(run_isolated(act, [1], num_workers=0))
    with pytest.raises(ConfigError, match='timeout=0'):
        list(run_isolated(act, [1], timeout=0))

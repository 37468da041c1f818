"""The launchers hand every argument over unbroken; python and srun are stand-ins that record it."""

import os
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / 'tools'
# With everything that a shell likes to split or expand.
EXTRA = ['--cfg-options', 'data_root=my videos/*', "tag='a b'", '--resume']
CONFIG = 'configs/my recipe.py'


@pytest.fixture
def launch(tmp_path):
    """Runs a script and returns the arguments that python or srun got, and their PYTHONPATH."""
    record = tmp_path / 'record'
    for name in ('python', 'srun'):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" {name} "$@" > "{record}"\n'
            'echo "$PYTHONPATH"\necho "$MASTER_PORT"\n'
        )
        program.chmod(0o755)

    def run(script, *arguments, **environment):
        done = subprocess.run(
            [TOOLS / script, *arguments],
            env={'PATH': f'{tmp_path}:{os.environ["PATH"]}', **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return record.read_text().splitlines(), done.stdout.splitlines()

    return run


def test_dist_train(launch):
    words, (path, _) = launch('dist_train.sh', CONFIG, '8', *EXTRA, PORT='29511', PYTHONPATH='/a')
    assert words[:3] == ['python', '-m', 'torch.distributed.run']
    assert '--nproc_per_node=8' in words
    assert '--master_port=29511' in words
    start = words.index(str(TOOLS / 'train.py'))
    assert words[start + 1 :] == [CONFIG, '--launcher', 'pytorch', *EXTRA]
    assert path == f'{TOOLS.parent}:/a'


def test_dist_test(launch):
    words, (path, _) = launch('dist_test.sh', CONFIG, 'my best.pth', '2', *EXTRA, NNODES='3')
    assert '--nproc_per_node=2' in words and '--nnodes=3' in words
    start = words.index(str(TOOLS / 'test.py'))
    assert words[start + 1 :] == [CONFIG, 'my best.pth', '--launcher', 'pytorch', *EXTRA]
    assert path == str(TOOLS.parent)


@pytest.mark.parametrize('srun_args', ['', '--qos=high --exclude=node1'])
def test_slurm_train(launch, srun_args):
    words, (_, port) = launch(
        'slurm_train.sh', 'gpu', 'my job', CONFIG, *EXTRA, SRUN_ARGS=srun_args, GPUS='16'
    )
    assert words[0] == 'srun'
    assert {'--partition=gpu', '--job-name=my job', '--ntasks=16', '--gres=gpu:8'} <= set(words)
    assert words[words.index('--kill-on-bad-exit=1') + 1 :] == [
        *srun_args.split(),
        'python',
        '-u',
        str(TOOLS / 'train.py'),
        CONFIG,
        '--launcher',
        'slurm',
        *EXTRA,
    ]
    assert 12000 <= int(port) < 32000


def test_slurm_test(launch):
    words, _ = launch('slurm_test.sh', 'gpu', 'job', CONFIG, 'my best.pth', *EXTRA)
    start = words.index(str(TOOLS / 'test.py'))
    assert words[start + 1 :] == [CONFIG, 'my best.pth', '--launcher', 'slurm', *EXTRA]


@pytest.mark.parametrize('script', sorted(path.name for path in TOOLS.glob('*.sh')))
def test_too_few_arguments_end_in_the_usage(script):
    done = subprocess.run([TOOLS / script, CONFIG], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith('usage: ') and script in done.stderr

"""The launchers hand every argument over unbroken; python and srun are stand-ins that record it."""

import os
import subprocess

import pytest
from paths import TOOLS

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


each_script = pytest.mark.parametrize(
    ('script', 'files'), [('train', [CONFIG]), ('test', [CONFIG, 'my best.pth'])]
)


@each_script
def test_dist(launch, script, files):
    environment = dict(PORT='29511', NNODES='3', PYTHONPATH='/a')
    words, (path, _) = launch(f'dist_{script}.sh', *files, '8', *EXTRA, **environment)
    assert words[:3] == ['python', '-m', 'torch.distributed.run']
    assert {'--nproc_per_node=8', '--nnodes=3', '--master_port=29511'} <= set(words)
    start = words.index(str(TOOLS / f'{script}.py'))
    assert words[start + 1 :] == [*files, '--launcher', 'pytorch', *EXTRA]
    assert path == f'{TOOLS.parent}:/a'


@pytest.mark.parametrize('srun_args', ['', '--qos=high --exclude=node1'])
@each_script
def test_slurm(launch, script, files, srun_args):
    words, (_, port) = launch(
        f'slurm_{script}.sh', 'gpu', 'my job', *files, *EXTRA, SRUN_ARGS=srun_args, GPUS='16'
    )
    assert words[0] == 'srun'
    assert {'--partition=gpu', '--job-name=my job', '--ntasks=16', '--gres=gpu:8'} <= set(words)
    python = [*srun_args.split(), 'python', '-u', str(TOOLS / f'{script}.py')]
    expected = [*python, *files, '--launcher', 'slurm', *EXTRA]
    assert words[words.index('--kill-on-bad-exit=1') + 1 :] == expected
    assert 12000 <= int(port) < 32000


@pytest.mark.parametrize('script', sorted(path.name for path in TOOLS.glob('*.sh')))
def test_too_few_arguments_end_in_the_usage(script):
    done = subprocess.run([TOOLS / script, CONFIG], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith('usage: ') and script in done.stderr

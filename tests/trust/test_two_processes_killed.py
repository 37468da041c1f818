"""Two processes of ``tools/dist_train.sh``, killed and resumed, train as if left alone."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from paths import ROOT, TOOLS
from trust.training import CLIPS, read_losses, write_recipe, write_videos

EPOCHS = 6
#: The two processes share the clips.
STEPS = EPOCHS * CLIPS // 2


def start(recipe, work_dir, *flags):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    return subprocess.Popen(
        [TOOLS / 'dist_train.sh', recipe, '2', '--work-dir', work_dir, *flags],
        env={
            **os.environ,
            'PYTHON': sys.executable,
            'PORT': port,
            'PYTHONPATH': f'{ROOT}{os.pathsep}{ROOT / "tests"}',
            'OMP_NUM_THREADS': '1',
        },
        stdout=(work_dir.with_suffix('.output')).open('ab'),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@pytest.mark.slow
def test_losses_after_a_kill_are_those_of_the_whole_run(tmp_path):
    videos = write_videos(tmp_path / 'videos')
    settings = dict(
        checkpoint=dict(by_epoch=False, interval=3), train_dataloader=dict(batch_size=1)
    )
    recipe = write_recipe(tmp_path / 'recipe.py', videos, epochs=EPOCHS, **settings)
    assert start(recipe, tmp_path / 'whole').wait() == 0, (tmp_path / 'whole.output').read_text()
    expected = read_losses(tmp_path / 'whole')
    assert sorted(expected) == list(range(1, STEPS + 1))

    killed = tmp_path / 'killed'
    process = start(recipe, killed)
    deadline = time.monotonic() + 300
    while max(read_losses(killed), default=0) < 5:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = max(read_losses(killed))
    assert 5 <= done < STEPS, 'killed in the middle'
    assert start(recipe, killed, '--resume').wait() == 0, killed.with_suffix('.output').read_text()
    assert 'resumed epoch' in killed.with_suffix('.output').read_text()
    assert read_losses(killed) == expected

"""A training that is killed again and again is, in its losses, the one that was left alone."""

import os
import random
import signal
import time

import pytest
from trust.training import CLIPS, EPOCH, read_losses, start, write_recipe, write_videos

from mmav_coattn.checkpoint_files import find_newest_checkpoint, is_whole

EPOCHS = 30


def losses_left_alone(recipe, work_dir, steps, **settings):
    """Losses of a run that nobody disturbs."""
    process = start(recipe, work_dir, **settings)
    assert process.wait() == 0, work_dir.with_suffix('.output').read_text()
    losses = read_losses(work_dir)
    assert sorted(losses) == list(range(1, steps + 1))
    return losses


def wait_for_news(process, work_dir, known):
    """Wait until the run has logged an iteration that no run before it had, or has ended."""
    deadline = time.monotonic() + 300
    while process.poll() is None and max(read_losses(work_dir), default=0) <= known:
        assert time.monotonic() < deadline, 'the training does not begin'
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    'checkpoint', [dict(interval=1), dict(by_epoch=False, interval=3)], ids=['epochs', 'iterations']
)
def test_ten_kills(checkpoint, tmp_path):
    videos = write_videos(tmp_path / 'videos')
    recipe = write_recipe(tmp_path / 'recipe.py', videos, epochs=EPOCHS, checkpoint=checkpoint)
    expected = losses_left_alone(recipe, tmp_path / 'whole', EPOCHS * EPOCH)
    rng = random.Random(0)
    killed = tmp_path / 'killed'
    resumed = 0
    for number in range(10):
        environment = dict(KILL_IN_SAVE=str(rng.randint(1, 3))) if number % 3 == 1 else {}
        if number % 6 == 1:
            environment['KILL_WITH_HALF_A_FILE'] = '1'
        before = find_newest_checkpoint(killed) if killed.exists() else None
        known = max(read_losses(killed), default=0)
        process = start(recipe, killed, '--resume', **environment)
        if not environment:
            wait_for_news(process, killed, known)
            time.sleep(rng.uniform(0.0, 1.0))
            process.kill()
        assert process.wait(timeout=120) == -9, (tmp_path / 'killed.output').read_text()[-3000:]
        resumed += before is not None
        assert all(is_whole(file) for file in killed.glob('[!.]*.pth'))
    assert start(recipe, killed, '--resume').wait() == 0
    output = (tmp_path / 'killed.output').read_text()
    assert output.count('resumed epoch') == resumed + 1, output[-3000:]
    assert read_losses(killed) == expected
    assert not list(killed.glob('.partial.*'))


@pytest.mark.slow
def test_two_processes(tmp_path):
    """Of ``tools/dist_train.sh``; they share the clips."""
    videos, steps = write_videos(tmp_path / 'videos'), 6 * CLIPS // 2
    settings = dict(checkpoint=dict(by_epoch=False, interval=3), epochs=6)
    settings['train_dataloader'] = dict(batch_size=1)
    recipe = write_recipe(tmp_path / 'recipe.py', videos, **settings)
    expected = losses_left_alone(recipe, tmp_path / 'whole', steps, processes=2)
    killed = tmp_path / 'killed'
    process = start(recipe, killed, processes=2)
    wait_for_news(process, killed, known=4)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 5 <= max(read_losses(killed)) < steps, 'killed in the middle'
    output = tmp_path / 'killed.output'
    assert start(recipe, killed, '--resume', processes=2).wait() == 0, output.read_text()
    assert 'resumed epoch' in output.read_text()
    assert read_losses(killed) == expected

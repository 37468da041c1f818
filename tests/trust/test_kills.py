"""A training that is killed again and again is, in its losses, the one that was left alone."""

import random
import time

import pytest
from trust.training import EPOCH, read_losses, start, write_recipe, write_videos

from mmav_coattn.checkpoint_files import find_newest_checkpoint, is_whole

EPOCHS = 30


def wait_for_news(process, work_dir, known):
    """Wait until the run has logged an iteration that no run before it had, or has ended."""
    deadline = time.monotonic() + 120
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
    assert start(recipe, tmp_path / 'whole').wait() == 0, (tmp_path / 'whole.output').read_text()
    expected = read_losses(tmp_path / 'whole')
    assert sorted(expected) == list(range(1, EPOCHS * EPOCH + 1))

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

"""What goes wrong while training ends in one sentence, and the last good checkpoint is kept."""

import os
import re
import resource
import signal

import pytest
import torch
from torch.utils.data import DataLoader
from trust.training import start, write_recipe, write_videos

from mmav_coattn.checkpoint_files import find_newest_checkpoint
from mmav_coattn.cli.run_tool import require_writable, run_tool, user_sentence
from mmav_coattn.datasets.reading_note import _note_of, note_reading
from mmav_coattn.errors import ConfigError


def test_work_folder_that_cannot_be_written(tmp_path):
    error = OSError(28, 'No space left on device', '/run/log.json')
    assert user_sentence(error).startswith('/run/log.json: cannot be written (No space left on ')
    assert user_sentence(FileNotFoundError(2, 'No such file', 'x')) is None
    (tmp_path / 'file').touch()
    with pytest.raises(ConfigError, match='this work folder cannot be written .*--work-dir'):
        require_writable(tmp_path / 'file' / 'run')
    require_writable(tmp_path / 'new' / 'run')
    assert not list((tmp_path / 'new' / 'run').iterdir())


def recipe_in(folder, **settings):
    """With videos of its own, and a checkpoint after each epoch."""
    settings = dict(checkpoint=dict(interval=1), epochs=2) | settings
    return write_recipe(folder / 'recipe.py', write_videos(folder / 'videos'), **settings)


def failed(recipe, run, *flags):
    """What a training prints that ends in a sentence."""
    output = run.with_suffix('.output')
    assert start(recipe, run, *flags).wait() == 1, output.read_text()
    assert 'Traceback' not in output.read_text()
    return output.read_text()


def test_death_of_a_worker_names_the_file(capsys):
    """Also where it shows first as a broken connection to the memory of the dead worker."""

    def read(batch):
        note_reading(f'/data/video {batch[0]} é.mp4')
        if batch == [2]:  # the system kills the worker
            os.kill(os.getpid(), signal.SIGKILL)
        return torch.tensor(batch)

    # Of a worker that was ended before; without it, another test's may be there by chance.
    _note_of(os.getpid(), 0).write_bytes(b'/data/before.mp4\0')
    with pytest.raises(SystemExit):
        run_tool(lambda: list(DataLoader(range(4), num_workers=1, collate_fn=read)))
    assert re.match(
        r'error: A loader worker died \(.*\) while it read /data/video 2 é\.mp4: remove the file '
        r'from the list of videos .*, then start again; a training goes on with --resume\.\n$',
        capsys.readouterr().err,
    )


@pytest.mark.slow
def test_training_with_a_nan_loss(tmp_path):
    # In the second epoch the weights overflow.
    overflow = [dict(type='StepLR', step_size=1, gamma=1e38)]
    changes = dict(param_scheduler=overflow, optim_wrapper=dict(clip_grad=None))
    run = tmp_path / 'run'
    output = failed(recipe_in(tmp_path, epochs=3, **changes), run)
    sentence = r'^error: \w*loss\w* is (nan|inf) in iteration \d+ \(epoch 2\): the train'
    assert re.search(sentence, output, re.MULTILINE)
    assert f'The last checkpoint, {run}/epoch_1.pth, is from before it' in output
    kept = torch.load(find_newest_checkpoint(run), weights_only=True)['state_dict']
    assert all(torch.isfinite(value).all() for value in kept.values())


@pytest.mark.slow
def test_training_on_a_file_that_crashes_the_decoder(tmp_path):
    """It ends in a sentence that names the file, and goes on without that file."""
    recipe = recipe_in(tmp_path, checkpoint=dict(by_epoch=False, interval=1))
    crash = "['dataset']['pipeline'].insert(0, dict(type='CrashOn', name='5.mp4'))"
    recipe.write_text(f'{recipe.read_text()}train_dataloader{crash}\n')
    run, broken = tmp_path / 'run', tmp_path / 'videos/5.mp4'
    # torch writes a line of its own before it, with a zero byte at its end.
    sentence = (
        rf'error: A loader worker died \(.*\) while it read {broken}: remove .* --resume\.\n$'
    )
    assert re.search(sentence, failed(recipe, run))
    broken.unlink()
    assert start(recipe, run, '--resume').wait() == 0
    assert 'Epoch(train) [2][3/3]' in (tmp_path / 'run.output').read_text()


@pytest.mark.slow
def test_training_whose_disk_is_full(tmp_path):
    """A limit on the size of files, which the second checkpoint reaches: it has the momenta."""
    recipe, run = recipe_in(tmp_path), tmp_path / 'run'
    assert start(recipe, run, '--cfg-options', 'train_cfg.max_epochs=1').wait() == 0
    limit = (run / 'epoch_1.pth').stat().st_size // 2
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        output = failed(recipe, run, '--resume')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert f'error: {run}/epoch_2.pth: cannot be written (File too large)' in output
    assert find_newest_checkpoint(run) == str(run / 'epoch_1.pth')
    assert start(recipe, run, '--resume').wait() == 0
    assert find_newest_checkpoint(run) == str(run / 'epoch_2.pth')

"""What goes wrong while training ends in one sentence, and the last good checkpoint is kept."""

import os
import re
import resource
import signal

import pytest
import torch
from pipelines import sync_pipeline
from torch.utils.data import DataLoader, get_worker_info
from trust.training import start, write_recipe, write_videos

from mmav_coattn.checkpoint_files import find_newest_checkpoint
from mmav_coattn.cli.run_tool import require_writable, run_tool, user_sentence
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.datasets.reading_note import note_reading
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


def plain_recipe(folder, **settings):
    """With videos of its own, and a checkpoint after each epoch."""
    videos = write_videos(folder / 'videos')
    return write_recipe(folder / 'recipe.py', videos, checkpoint=dict(interval=1), **settings)


def test_file_that_vanishes(tmp_path):
    videos = write_videos(tmp_path / 'videos')
    pipeline = sync_pipeline(2, clip_seconds=0.4, min_shift=0.2)
    data = AudioVisualDataset(data_root=str(videos), pipeline=pipeline)
    assert 'replaced' not in data[3]['data_samples']
    (videos / '3.mp4').unlink()
    # Whatever is drawn instead, the file is tried and named once.
    for _ in range(30):
        ((name, reason, sentence),) = data[3]['data_samples'].replaced
        assert (name, reason) == ('3.mp4', 'missing')
        assert sentence == f'{videos}/3.mp4: does not exist'


class Deadly(torch.utils.data.Dataset):
    """The system kills the worker that reads sample 2."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        note_reading(f'/data/video {index} é.mp4')
        if index == 2 and get_worker_info() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return index


def test_death_of_a_worker_names_the_file(capsys):
    """Also where it shows first as a broken connection to the memory of the dead worker."""
    with pytest.raises(SystemExit):
        run_tool(lambda: list(DataLoader(Deadly(), num_workers=1, batch_size=1)))
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
    recipe = plain_recipe(tmp_path, epochs=3, **changes)
    run = tmp_path / 'run'
    assert start(recipe, run).wait() == 1
    output = (tmp_path / 'run.output').read_text()
    sentence = r'^error: \w*loss\w* is (nan|inf) in iteration \d+ \(epoch 2\): the train'
    assert re.search(sentence, output, re.MULTILINE)
    assert f'The last checkpoint, {run}/epoch_1.pth, is from before it' in output
    assert 'Traceback' not in output
    kept = torch.load(find_newest_checkpoint(run), weights_only=True)['state_dict']
    assert all(torch.isfinite(value).all() for value in kept.values())


@pytest.mark.slow
def test_training_on_a_file_that_crashes_the_decoder(tmp_path):
    """It ends in a sentence that names the file, and goes on without that file."""
    videos = write_videos(tmp_path / 'videos')
    checkpoint = dict(by_epoch=False, interval=1)
    recipe = write_recipe(tmp_path / 'recipe.py', videos, epochs=2, checkpoint=checkpoint)
    crash = "['dataset']['pipeline'].insert(0, dict(type='CrashOn', name='5.mp4'))"
    recipe.write_text(f'{recipe.read_text()}train_dataloader{crash}\n')
    run = tmp_path / 'run'
    assert start(recipe, run).wait() == 1
    output = (tmp_path / 'run.output').read_text()
    # torch writes a line of its own before it, with a zero byte at its end.
    error = output[output.index('error: ') :]
    assert re.match(
        rf'error: A loader worker died \(.*\) while it read {videos}/5\.mp4: remove the file from '
        r'the list .* a training goes on with --resume\.\n$',
        error,
    )
    assert 'Traceback' not in output
    (videos / '5.mp4').unlink()
    assert start(recipe, run, '--resume').wait() == 0
    assert 'Epoch(train) [2][3/3]' in (tmp_path / 'run.output').read_text()


@pytest.mark.slow
def test_training_whose_disk_is_full(tmp_path):
    """A limit on the size of files, which the second checkpoint reaches: it has the momenta."""
    recipe = plain_recipe(tmp_path, epochs=2)
    run = tmp_path / 'run'
    assert start(recipe, run, '--cfg-options', 'train_cfg.max_epochs=1').wait() == 0
    limit = (run / 'epoch_1.pth').stat().st_size // 2
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        process = start(recipe, run, '--resume')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert process.wait() == 1
    output = (tmp_path / 'run.output').read_text()
    assert f'error: {run}/epoch_2.pth: cannot be written (File too large)' in output
    assert 'Traceback' not in output
    assert find_newest_checkpoint(run) == str(run / 'epoch_1.pth')
    assert start(recipe, run, '--resume').wait() == 0
    assert find_newest_checkpoint(run) == str(run / 'epoch_2.pth')

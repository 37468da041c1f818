"""What goes wrong while training ends in one sentence, and the last good checkpoint is kept."""

import os
import re
import resource
import signal
import time

import pytest
import torch
from torch.utils.data import DataLoader, get_worker_info
from trust.training import start, write_recipe, write_videos

from mmav_coattn import checkpoint_files
from mmav_coattn.apis.tool_runner import require_writable, user_sentence
from mmav_coattn.checkpoint_files import find_newest_checkpoint, is_whole, write_whole
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.datasets.reading_note import note_reading
from mmav_coattn.errors import ConfigError, TrainingError


def test_disk_full_while_saving(tmp_path, monkeypatch):
    path = tmp_path / 'epoch_1.pth'
    write_whole(b'good', path)

    def full(handle):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(checkpoint_files.os, 'fsync', full)
    with pytest.raises(TrainingError, match=r'epoch_1\.pth: cannot be written \(No space left'):
        write_whole(b'better', path)
    assert path.read_bytes() == b'good' and list(tmp_path.iterdir()) == [path]


def test_mmengine_saves_whole_files(tmp_path, monkeypatch):
    from mmengine.runner.checkpoint import save_checkpoint

    save_checkpoint(dict(weight=torch.ones(9)), str(tmp_path / 'run' / 'epoch_1.pth'))
    assert is_whole(tmp_path / 'run' / 'epoch_1.pth')
    seen = []
    monkeypatch.setattr(
        checkpoint_files.os,
        'fsync',
        lambda _: seen.extend(sorted(p.name for p in (tmp_path / 'run').iterdir())),
    )
    save_checkpoint(dict(weight=torch.ones(9)), str(tmp_path / 'run' / 'epoch_2.pth'))
    assert seen == ['epoch_1.pth', 'epoch_2.pth.partial']


def test_disk_full_elsewhere_is_a_sentence():
    error = OSError(28, 'No space left on device', '/run/log.json')
    assert user_sentence(error).startswith('/run/log.json: cannot be written (No space left on ')
    assert user_sentence(FileNotFoundError(2, 'No such file', 'x')) is None


def test_work_folder_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(ConfigError, match='this work folder cannot be written .*--work-dir'):
        require_writable(tmp_path / 'file' / 'run')
    require_writable(tmp_path / 'new' / 'run')
    assert not list((tmp_path / 'new' / 'run').iterdir())


def test_file_that_vanishes(tmp_path):
    videos = write_videos(tmp_path / 'videos')
    pipeline = [
        dict(type='OpenAudioVisual'),
        dict(type='SampleSyncWindows', clip_seconds=0.4, min_shift=0.2),
        dict(type='LoadFrames', num_frames=2),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='LoadAudioWindows', sample_rate=16000),
        dict(type='PackAudioVisualInputs'),
    ]
    data = AudioVisualDataset(data_root=str(videos), pipeline=pipeline)
    assert 'replaced' not in data[3]['data_samples']
    (videos / '3.mp4').unlink()
    ((name, reason, sentence),) = data[3]['data_samples'].replaced
    assert (name, reason) == ('3.mp4', 'missing')
    assert sentence == f'{videos}/3.mp4: does not exist'


class Deadly(torch.utils.data.Dataset):
    """Kills the worker that reads sample 2, as a crash of the decoder would."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        note_reading(f'/data/video {index} é.mp4')
        if index == 2 and get_worker_info() is not None:
            os.kill(os.getpid(), signal.SIGSEGV)
        return index


def test_death_of_a_worker_names_the_file():
    with pytest.raises(RuntimeError) as error:
        list(DataLoader(Deadly(), num_workers=1, batch_size=1))
    sentence = user_sentence(error.value)
    assert re.match(
        r'A loader worker has died \(Segmentation fault\) while it read /data/video 2 é\.mp4\. If',
        sentence,
    ) or sentence.startswith(
        'A loader worker has died (without an exception) while it read /data/video 2 é.mp4. If'
    )


@pytest.mark.slow
def test_training_with_a_nan_loss(tmp_path):
    recipe = write_recipe(
        tmp_path / 'recipe.py',
        write_videos(tmp_path / 'videos'),
        epochs=3,
        checkpoint=dict(interval=1),
    )
    run = tmp_path / 'run'
    assert start(recipe, run, '--cfg-options', 'train_cfg.max_epochs=1').wait() == 0
    # Weights that overflow: the loss of the first iteration behind the checkpoint is NaN.
    flags = ('--resume', '--cfg-options', 'optim_wrapper.optimizer.lr=1e38')
    options = ('optim_wrapper.clip_grad=None', 'param_scheduler=None')
    assert start(recipe, run, *flags, *options).wait() == 1
    output = (tmp_path / 'run.output').read_text()
    error = output[output.index('error: ') :]
    assert re.match(
        r'error: \w*loss\w* is (nan|inf) in iteration \d+ \(epoch 2\): the train', error
    )
    assert f'The last checkpoint, {run}/epoch_1.pth, is from before it' in error
    assert 'Traceback' not in output
    kept = torch.load(find_newest_checkpoint(run), weights_only=True)['state_dict']
    assert all(torch.isfinite(value).all() for value in kept.values())


@pytest.mark.slow
def test_training_whose_disk_is_full(tmp_path):
    """A limit on the size of files, which the second checkpoint reaches: it has the momenta."""
    recipe = write_recipe(
        tmp_path / 'recipe.py',
        write_videos(tmp_path / 'videos'),
        epochs=2,
        checkpoint=dict(interval=1),
    )
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


@pytest.mark.slow
def test_training_whose_worker_is_killed(tmp_path):
    recipe = write_recipe(
        tmp_path / 'recipe.py',
        write_videos(tmp_path / 'videos'),
        epochs=500,
        checkpoint=dict(interval=1),
    )
    run = tmp_path / 'run'
    process = start(recipe, run)
    while find_newest_checkpoint(run) is None:
        assert process.poll() is None
        time.sleep(0.1)
    with open(f'/proc/{process.pid}/task/{process.pid}/children') as file:  # noqa: PTH123
        children = file.read().split()
    os.kill(int(children[-1]), signal.SIGKILL)
    assert process.wait(timeout=60) == 1
    output = (tmp_path / 'run.output').read_text()
    error = output[output.index('error: ') :]
    assert re.match(
        rf'error: A loader worker has died \(.*\) while it read {tmp_path}/videos/\d', error
    )
    assert 'Traceback' not in output and find_newest_checkpoint(run)

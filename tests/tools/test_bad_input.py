"""The user's own mistakes: one sentence on stderr, exit code 1, no traceback.

What is wrong with data is said by data sets and metrics, and tested there.
"""

import pytest
from media_factory import write_clip


@pytest.fixture
def train_on(here, folder_config, tmp_path):
    """Trains on a folder; the sentence in which that ends."""
    command = ('train.py', folder_config, '--work-dir', tmp_path / 'run', '--no-validate')

    def train(videos, *options):
        root = ('--cfg-options', f'data_root={videos}', 'train_cfg.max_epochs=1')
        return here(*command, *root, *options).sentence()

    return train


def test_one_video_makes_no_batch_and_has_no_audio(train_on, tmp_path):
    videos = tmp_path / 'videos'
    videos.mkdir()
    write_clip(videos / '1.mp4', duration=1.0, audio=False)
    sentence = train_on(videos, 'train_dataloader.drop_last=True')
    assert sentence.startswith(
        '1 training videos make no whole batch of 2 (per process), and train_dataloader.drop_last='
    )
    # Met by a loader's worker.
    workers = ('train_dataloader.num_workers=1', 'train_dataloader.drop_last=False')
    reason = f'{videos}/1.mp4: has no audio stream.'
    assert train_on(videos, *workers) == f'{videos}: its only video cannot be used: {reason}'


def test_config_and_checkpoint_missing(folder_config, videos, tmp_path, here):
    root = ('--cfg-options', f'data_root={videos}')
    config, checkpoint = tmp_path / 'gone.py', tmp_path / 'gone.pth'
    done = here('train.py', config)
    assert done.sentence() == f'{config}: there is no such config file.'
    done = here('test.py', folder_config, checkpoint, *root)
    assert done.sentence() == f'{checkpoint}: there is no such checkpoint file.'
    done = here('train.py', folder_config, '--resume', checkpoint, *root)
    assert done.sentence() == f'--resume {checkpoint}: there is no such checkpoint file.'


def test_unknown_type(train_on, videos):
    sentence = train_on(videos, 'model.neck.type=CoAttentoin')
    assert sentence.startswith("The config names a model of type 'CoAttentoin', which is not regis")

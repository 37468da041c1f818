"""The user's own mistakes: one sentence on stderr, exit code 1, no traceback.

What is wrong with data is said by data sets and metrics, and tested there.
"""

from media_factory import write_clip


def train_on(here, config, tmp_path, data_root, *options):
    return here(
        *('train.py', config, '--work-dir', tmp_path / 'run', '--no-validate'),
        *('--cfg-options', f'data_root={data_root}', 'train_cfg.max_epochs=1', *options),
    ).sentence()


def test_one_video_makes_no_batch_and_has_no_audio(folder_config, tmp_path, here):
    videos = tmp_path / 'videos'
    videos.mkdir()
    write_clip(videos / '1.mp4', duration=1.0, audio=False)
    sentence = train_on(here, folder_config, tmp_path, videos, 'train_dataloader.drop_last=True')
    assert sentence.startswith(
        '1 training videos make no whole batch of 2 (per process), and train_dataloader.drop_last='
    )
    # Met by a loader's worker.
    workers = ('train_dataloader.num_workers=1', 'train_dataloader.drop_last=False')
    sentence = train_on(here, folder_config, tmp_path, videos, *workers)
    reason = f'{videos}/1.mp4: has no audio stream.'
    assert sentence == f'{videos}: its only video cannot be used: {reason}'


def test_config_and_checkpoint_missing(folder_config, videos, tmp_path, here):
    root = ('--cfg-options', f'data_root={videos}')
    assert here('train.py', tmp_path / 'gone.py').sentence() == (
        f'{tmp_path}/gone.py: there is no such config file.'
    )
    assert here('test.py', folder_config, tmp_path / 'gone.pth', *root).sentence() == (
        f'{tmp_path}/gone.pth: there is no such checkpoint file.'
    )
    done = here('train.py', folder_config, '--resume', tmp_path / 'gone.pth', *root)
    assert done.sentence() == f'--resume {tmp_path}/gone.pth: there is no such checkpoint file.'


def test_unknown_type(folder_config, videos, tmp_path, here):
    sentence = train_on(here, folder_config, tmp_path, videos, 'model.neck.type=CoAttentoin')
    assert sentence.startswith("The config names a model of type 'CoAttentoin', which is not regis")

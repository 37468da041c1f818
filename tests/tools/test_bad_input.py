"""The user's own mistakes; what data sets and metrics say of wrong data is tested with them."""

from media_factory import write_clip


def test_one_video_makes_no_batch_and_has_no_audio(here, folder_config, tmp_path):
    videos = tmp_path / 'videos'
    videos.mkdir()
    write_clip(videos / '1.mp4', duration=1.0, audio=False)
    command = ('train.py', folder_config, '--work-dir', tmp_path / 'run', '--no-validate')
    options = ('--cfg-options', f'data_root={videos}', 'train_cfg.max_epochs=1')
    done = here(*command, *options, 'train_dataloader.drop_last=True')
    assert done.sentence().startswith(
        '1 training videos make no whole batch of 2 (per process), and train_dataloader.drop_last='
    )
    # Met by a loader's worker.
    workers = ('train_dataloader.num_workers=1', 'train_dataloader.drop_last=False')
    reason = f'{videos}/1.mp4: has no audio stream.'
    done = here(*command, *options, *workers)
    assert done.sentence() == f'{videos}: its only video cannot be used: {reason}'


def test_config_and_checkpoint_missing(folder_config, videos, tmp_path, here):
    root = ('--cfg-options', f'data_root={videos}')
    config, checkpoint = tmp_path / 'gone.py', tmp_path / 'gone.pth'
    done = here('train.py', config)
    assert done.sentence() == f'{config}: there is no such config file.'
    done = here('test.py', folder_config, checkpoint, *root)
    assert done.sentence() == f'{checkpoint}: there is no such checkpoint file.'
    done = here('train.py', folder_config, '--resume', checkpoint, *root)
    assert done.sentence() == f'--resume {checkpoint}: there is no such checkpoint file.'

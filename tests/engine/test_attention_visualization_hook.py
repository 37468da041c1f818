import logging
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from torch import nn

import mmav_coattn  # noqa: F401
from mmav_coattn.engine.hooks import AttentionVisualizationHook
from mmav_coattn.errors import ConfigError


class Model(nn.Module):
    return_map = False


def make_runner(tmp_path, model=None):
    return SimpleNamespace(
        model=model or Model(), log_dir=str(tmp_path / 'log'), logger=logging.getLogger('hook')
    )


def make_batch(names):
    """Grey clips whose in-sync attention is in the upper left, the shifted one's elsewhere."""
    imgs, samples = [], []
    for name in names:
        if name is None:
            imgs.append(None)
            samples.append(ActionDataSample(metainfo=dict(unusable=('silent', 'is silent'))))
            continue
        imgs.append(torch.full((1, 3, 8, 64, 64), 100, dtype=torch.uint8))
        sample = ActionDataSample(
            metainfo=dict(filename=f'/data/{name}', relpath=name, shift=[0.0, 0.48])
        )
        sample.set_field(torch.tensor([2.0, -1.0]), 'sync_scores', dtype=torch.Tensor)
        maps = torch.full((2, 4, 2, 2), 0.01)
        maps[0, :, 0, 0] = 0.97
        maps[1, :, 1, 1] = 0.97
        sample.set_field(maps, 'sound_map', dtype=torch.Tensor)
        samples.append(sample)
    return dict(inputs=dict(imgs=imgs, audio=None)), samples


def run_hook(hook, runner, batches):
    hook.before_test(runner)
    for index, (data_batch, samples) in enumerate(batches):
        hook.after_test_iter(runner, index, data_batch, samples)
    hook.after_test(runner)


def test_pictures_of_the_in_sync_attention(tmp_path):
    hook = HOOKS.build(
        dict(type='AttentionVisualizationHook', enable=True, out_dir=str(tmp_path / 'out'))
    )
    runner = make_runner(tmp_path)
    hook.before_test(runner)
    assert runner.model.return_map is True
    hook.after_test_iter(runner, 0, *make_batch(['bounce/a.mp4', None, 'tap/a.mp4']))
    hook.after_test(runner)
    assert runner.model.return_map is False
    names = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert names == ['bounce__a.mp4.jpg', 'tap__a.mp4.jpg']
    sheet = cv2.imread(str(tmp_path / 'out' / names[0])).astype(int)
    plain, drawn = sheet[28:150, :128], sheet[24 + 2 + 128 + 2 :, :128]  # first column
    assert np.abs(plain - 100).max() < 12
    blue, _, red = drawn[20, 20]
    assert red > blue + 60  # the colour of full attention is red
    assert np.abs(drawn[110, 110] - 100).max() < 12


def test_interval_counts_usable_clips_over_batches(tmp_path):
    hook = AttentionVisualizationHook(enable=True, interval=2, out_dir=str(tmp_path / 'out'))
    batches = [make_batch(['0.mp4', None, '1.mp4']), make_batch(['2.mp4', '3.mp4', '4.mp4'])]
    run_hook(hook, make_runner(tmp_path), batches)
    names = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert names == ['0.mp4.jpg', '2.mp4.jpg', '4.mp4.jpg']


def test_max_samples_stops_and_says_so(tmp_path, caplog):
    hook = AttentionVisualizationHook(enable=True, max_samples=2)
    with caplog.at_level(logging.INFO):
        run_hook(hook, make_runner(tmp_path), [make_batch([f'{i}.mp4' for i in range(4)])])
    assert len(list((tmp_path / 'log' / 'attention').iterdir())) == 2
    assert '2 attention images are in' in caplog.text
    assert 'max_samples is 2' in caplog.text


def test_disabled_it_does_nothing(tmp_path):
    hook = AttentionVisualizationHook()
    runner = make_runner(tmp_path)
    run_hook(hook, runner, [make_batch(['0.mp4'])])
    assert runner.model.return_map is False
    assert not list(tmp_path.iterdir())


def test_attributes_that_mmaction2s_test_script_sets():
    # tools/test.py merges exactly these into the config of the hook.
    hook = AttentionVisualizationHook(
        enable=True, show=False, wait_time=2, out_dir='somewhere', interval=1
    )
    assert (hook.enable, hook.show, hook.wait_time) == (True, False, 2)
    assert (hook.out_dir, hook.interval) == ('somewhere', 1)


def test_show_without_a_display_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    monkeypatch.setattr('sys.platform', 'linux')
    hook = AttentionVisualizationHook(enable=True, show=True)
    with pytest.raises(ConfigError, match='show=True needs .*--show-dir'):
        hook.before_test(make_runner(tmp_path))


def test_models_without_attention_are_a_sentence(tmp_path):
    hook = AttentionVisualizationHook(enable=True)
    with pytest.raises(ConfigError, match='Linear gives no maps'):
        hook.before_test(make_runner(tmp_path, nn.Linear(1, 1)))


@pytest.mark.parametrize('name', ['interval', 'max_samples'])
def test_numbers_below_one_are_refused(name):
    with pytest.raises(ConfigError, match=f'{name} must be at least 1'):
        AttentionVisualizationHook(**{name: 0})

import logging
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from torch import nn

from mmav_coattn.engine.hooks import AttentionVisualizationHook
from mmav_coattn.errors import ConfigError


def make_runner(tmp_path):
    model = nn.Identity()
    model.return_map = False
    log_dir, logger = str(tmp_path / 'log'), logging.getLogger('hook')
    return SimpleNamespace(model=model, log_dir=log_dir, logger=logger)


def make_batch(*names, **annotation):
    """Grey clips whose in-sync attention is in the upper left, the shifted one's elsewhere."""
    samples = []
    for name in names:
        facts = dict(filename=f'/data/{name}', relpath=name, shift=[0.0, 0.48], **annotation)
        facts |= dict(unusable=('silent', 'is silent')) if name is None else {}
        samples.append(ActionDataSample(metainfo=facts))
        samples[-1].set_field(torch.tensor([2.0, -1.0]), 'sync_scores', dtype=torch.Tensor)
        maps = torch.full((2, 4, 2, 2), 0.01)
        maps[0, :, 0, 0] = maps[1, :, 1, 1] = 0.97
        samples[-1].set_field(maps, 'sound_map', dtype=torch.Tensor)
    grey = torch.full((1, 3, 8, 64, 64), 100, dtype=torch.uint8)
    return dict(inputs=dict(imgs=[name and grey for name in names])), samples


def run_hook(hook, runner, *batches):
    """Names of the files that are written, sorted."""
    hook.before_test(runner)
    assert runner.model.return_map is hook.enable
    for index, (data_batch, samples) in enumerate(batches):
        hook.after_test_iter(runner, index, data_batch, samples)
    hook.after_test(runner)
    assert runner.model.return_map is False
    return sorted(path.name for path in hook._folder.iterdir()) if hook.enable else []


def test_images_of_the_in_sync_attention(tmp_path):
    # With what mmaction2's own script sets.
    settings = dict(enable=True, show=False, wait_time=2, out_dir=str(tmp_path / 'out'), interval=1)
    hook = HOOKS.build(dict(type='AttentionVisualizationHook', **settings))
    batch = make_batch('bounce/a.mp4', None, 'tap/a.mp4')
    names = run_hook(hook, make_runner(tmp_path), batch)
    assert names == ['bounce__a.mp4.jpg', 'tap__a.mp4.jpg']
    sheet = cv2.imread(str(tmp_path / 'out' / names[0])).astype(int)
    plain, drawn = sheet[28:150, :128], sheet[24 + 2 + 128 + 2 :, :128]  # first column
    assert np.abs(plain - 100).max() < 12
    blue, _, red = drawn[20, 20]
    assert red > blue + 60  # the colour of full attention is red
    assert np.abs(drawn[110, 110] - 100).max() < 12


def test_annotated_moments_with_their_boxes(tmp_path):
    targets = [dict(time=time, boxes=[[0.5, 0.5, 1, 1]]) for time in (1.25, None, *[1.5] * 5)]
    annotation = dict(window_starts=[1.0], clip_seconds=1.0, localization_targets=targets)
    hook = AttentionVisualizationHook(enable=True, out_dir=str(tmp_path))
    (name,) = run_hook(hook, make_runner(tmp_path), make_batch('a.mp4', **annotation))
    sheet = cv2.imread(str(tmp_path / name)).astype(int)
    assert sheet.shape == (24 + 2 * 132, 6 * 132, 3)  # six of the seven
    for column in range(6):
        corner = sheet[24 + 132 + 127, 132 * column + 127]
        assert corner[1] > 150 > 100 > max(corner[0], corner[2])  # green


def test_interval_counts_usable_clips_over_batches_and_twins_have_names_of_their_own(tmp_path):
    hook = AttentionVisualizationHook(enable=True, interval=2)
    batches = [
        make_batch('0.mp4', None, '1.mp4', has_source=True),
        make_batch('0.mp4', '3.mp4', has_source=False),
        make_batch('0.mp4', has_source=False, silent_kind='noise'),
    ]
    names = run_hook(hook, make_runner(tmp_path), *batches)
    assert names == ['0.mp4.jpg', '0.mp4.noise.jpg', '0.mp4.silent.jpg']
    assert hook._folder == tmp_path / 'log/attention'


def test_disabled_it_does_nothing(tmp_path):
    run_hook(AttentionVisualizationHook(), make_runner(tmp_path), make_batch('0.mp4'))
    assert not list(tmp_path.iterdir())


def test_what_cannot_work_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv('DISPLAY', raising=False)
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    monkeypatch.setattr('sys.platform', 'linux')
    runner = make_runner(tmp_path)
    with pytest.raises(ConfigError, match='show=True needs .*--show-dir'):
        AttentionVisualizationHook(enable=True, show=True).before_test(runner)
    runner.model = nn.Linear(1, 1)
    with pytest.raises(ConfigError, match='Linear gives no maps'):
        AttentionVisualizationHook(enable=True).before_test(runner)
    with pytest.raises(ConfigError, match='interval=0 must be at least 1'):
        AttentionVisualizationHook(interval=0)

import logging
from types import SimpleNamespace

import cv2
import numpy as np
import torch
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from torch import nn

from mmav_coattn.engine.hooks import localization_visualization_hook
from mmav_coattn.engine.hooks.localization_visualization_hook import pick_cases


class Model(nn.Module):
    return_map = False

    def test_step(self, batch):
        return batch['data_samples']


def item(index, has_source=True):
    target = dict(time=1.25, boxes=[[0.0, 0.0, 0.5, 0.5]], annotators=1, source=0)
    sample = ActionDataSample(
        metainfo=dict(
            filename=f'/data/{index}.mp4',
            relpath=f'tap/{index}.mp4',
            window_starts=[1.0],
            clip_seconds=1.0,
            has_source=has_source,
            localization_targets=[target] * 5 if has_source else [],
        )
    )
    maps = torch.full((1, 4, 2, 2), 0.01)
    maps[0, :, 0, 0] = 0.97
    sample.set_field(maps, 'sound_map', dtype=torch.Tensor)
    sample.set_field(torch.tensor([0.5]), 'map_confidence', dtype=torch.Tensor)
    imgs = torch.full((1, 3, 8, 64, 64), 10 * index, dtype=torch.uint8)
    return dict(inputs=dict(imgs=imgs, audio=torch.zeros(1)), data_samples=sample)


def make_hook(folder, enable=True):
    return HOOKS.build(
        dict(type='LocalizationVisualizationHook', enable=enable, out_dir=str(folder))
    )


def test_pictures_of_clips_and_of_cases(tmp_path, monkeypatch):
    monkeypatch.setattr(localization_visualization_hook, 'NUM_CASES', 2)
    monkeypatch.setattr(localization_visualization_hook, 'MAX_MOMENTS', 4)
    hook = make_hook(tmp_path)
    items = [item(i, has_source=i != 3) for i in range(6)]
    scores = [(0, 0.9), (1, 0.1), (2, 0.5), (4, 0.7), (5, 0.3)]
    runner = SimpleNamespace(
        model=Model(),
        log_dir=str(tmp_path),
        logger=logging.getLogger('hook'),
        test_evaluator=SimpleNamespace(
            metrics=[SimpleNamespace(), SimpleNamespace(clip_scores=scores)]
        ),
        test_dataloader=SimpleNamespace(dataset=items),
    )
    hook.before_test(runner)
    batch = dict(inputs=dict(imgs=[each['inputs']['imgs'] for each in items]))
    hook.after_test_iter(runner, 0, batch, [each['data_samples'] for each in items])
    hook.after_test_epoch(runner, {})
    hook.after_test(runner)
    names = sorted(path.name for path in tmp_path.iterdir())
    pictures = [f'tap__{i}.mp4{".silent" if i == 3 else ""}.jpg' for i in range(6)]
    assert names == ['cases.png', *pictures]
    # Four of five moments, three a row; a silent clip has one picture without a box.
    assert cv2.imread(str(tmp_path / 'tap__0.mp4.jpg')).shape[:2] == (2 * 182, 3 * 326)
    assert cv2.imread(str(tmp_path / 'tap__3.mp4.silent.jpg')).shape[:2] == (182, 326)
    sheet = cv2.imread(str(tmp_path / 'cases.png'))
    # Rows: best (0, 4), median (4, 2), worst (5, 1); each frame has the grey level of its clip.
    greys = [[int(sheet[182 * r + 100, 326 * c + 60, 0]) for c in range(2)] for r in range(3)]
    assert greys == [[0, 40], [40, 20], [50, 10]]


def test_cases_of_a_short_list():
    assert pick_cases([1, 2, 3], 5) == [[1, 2, 3]] * 3
    assert pick_cases(list(range(9)), 3) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_disabled_it_does_nothing(tmp_path):
    make_hook(tmp_path, enable=False).after_test_epoch(SimpleNamespace(), {})
    assert not list(tmp_path.iterdir())


def test_colours_are_rgb_on_disk(tmp_path):
    hook = make_hook(tmp_path)
    hook.before_test(SimpleNamespace(model=Model()))
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    hook._write(red, 'red', '.png')
    assert cv2.imread(str(tmp_path / 'red.png'))[0, 0].tolist() == [0, 0, 255]

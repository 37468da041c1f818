from types import SimpleNamespace

import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.engine.hooks.non_finite_loss_hook import NonFiniteLossHook
from mmav_coattn.errors import TrainingError

BATCH = dict(data_samples=[ActionDataSample(metainfo=dict(relpath=f'{x}.mp4')) for x in 'ab'])


def look(work_dir, **outputs):
    runner = SimpleNamespace(iter=41, epoch=2, work_dir=str(work_dir))
    NonFiniteLossHook().after_train_iter(runner, 0, BATCH, outputs)


def test_finite_losses_pass(tmp_path):
    look(tmp_path, loss=torch.tensor(0.7, requires_grad=True), sync_accuracy=float('nan'))
    look(tmp_path, loss=0.7)
    NonFiniteLossHook().after_train_iter(None, 0)


@pytest.mark.parametrize('value', [float('nan'), float('-inf')])
def test_other_losses_end_the_training(tmp_path, value):
    with pytest.raises(TrainingError) as error:
        look(tmp_path, loss=torch.tensor(value, requires_grad=True))
    sentence = str(error.value)
    assert sentence.startswith(f'loss is {value} in iteration 42 (epoch 3): the training has div')
    assert 'Its batch: a.mp4, b.mp4. No checkpoint was saved before it; lower' in sentence
    assert 'resume' not in sentence
    torch.save(dict(weight=torch.zeros(1)), tmp_path / 'epoch_1.pth')
    with pytest.raises(TrainingError, match=r'epoch_1\.pth, is from before it; .* with --resume\.'):
        look(tmp_path, loss_sync=float('nan'))

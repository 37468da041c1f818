from types import SimpleNamespace

import pytest
import torch

from mmav_coattn.engine.hooks import ChanceLevelHook


def train(loss, accuracy):
    """Warnings of 60 steps."""
    warnings, hook = [], ChanceLevelHook(patience=20, window=5)
    outputs = dict(loss_sync=torch.tensor(loss, requires_grad=True), sync_accuracy=accuracy)
    for step in range(60):
        runner = SimpleNamespace(iter=step, logger=SimpleNamespace(warning=warnings.append))
        hook.after_train_iter(runner, step, outputs=outputs)
    return warnings


@pytest.mark.filterwarnings('error')
def test_says_so_once_at_the_set_step():
    (warning,) = train(0.693, 0.5)
    assert 'after 20 steps' in warning and '--overfit-one-batch' in warning


@pytest.mark.parametrize(('loss', 'accuracy'), [(0.6, 0.5), (0.693, 0.6)])
def test_either_figure_that_moves_is_enough(loss, accuracy):
    assert train(loss, accuracy) == []


def test_other_models_are_left_alone():
    ChanceLevelHook(patience=1, window=1).after_train_iter(None, 0, outputs=dict(loss_cls=1.0))

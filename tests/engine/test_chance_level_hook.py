from types import SimpleNamespace

import pytest
import torch

from mmav_coattn.engine.hooks import ChanceLevelHook


def train(hook, losses, accuracies):
    warnings = []
    runner = SimpleNamespace(iter=0, logger=SimpleNamespace(warning=warnings.append))
    for step, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True)):
        runner.iter = step
        outputs = dict(
            loss_sync=torch.tensor(loss, requires_grad=True), sync_accuracy=torch.tensor(accuracy)
        )
        hook.after_train_iter(runner, step, outputs=outputs)
        if warnings and not hasattr(runner, 'first'):
            runner.first = step + 1
    return warnings, getattr(runner, 'first', None)


@pytest.mark.filterwarnings('error')
def test_says_so_once_at_the_set_step():
    warnings, first = train(ChanceLevelHook(patience=20, window=5), [0.693] * 60, [0.5] * 60)
    assert len(warnings) == 1 and first == 20
    assert 'after 20 steps' in warnings[0] and '--overfit-one-batch' in warnings[0]


@pytest.mark.parametrize(('loss', 'accuracy'), [(0.6, 0.5), (0.693, 0.6)])
def test_either_figure_that_moves_is_enough(loss, accuracy):
    hook = ChanceLevelHook(patience=20, window=5)
    assert train(hook, [loss] * 60, [accuracy] * 60)[0] == []


def test_other_models_are_left_alone():
    ChanceLevelHook(patience=1, window=1).after_train_iter(None, 0, outputs=dict(loss_cls=1.0))

from types import SimpleNamespace

import pytest
import torch

from mmav_coattn.engine.hooks import ChanceLevelHook, chance_level_hook


@pytest.fixture
def train(monkeypatch):
    """Gives the warnings of 60 steps."""
    monkeypatch.setattr(chance_level_hook, 'PATIENCE', 20)
    monkeypatch.setattr(chance_level_hook, 'WINDOW', 5)

    def run(**outputs):
        warnings, hook = [], ChanceLevelHook()
        for step in range(60):
            runner = SimpleNamespace(iter=step, logger=SimpleNamespace(warning=warnings.append))
            hook.after_train_iter(runner, step, outputs=outputs)
        return warnings

    return run


@pytest.mark.filterwarnings('error')
def test_says_so_once_at_the_set_step(train):
    (warning,) = train(loss_sync=torch.tensor(0.693, requires_grad=True), sync_accuracy=0.5)
    assert 'after 20 steps: over the last 5 the loss is 0.693' in warning
    assert '--overfit-one-batch' in warning


def test_either_figure_that_moves_is_enough_and_other_models_are_left_alone(train):
    assert train(loss_sync=0.6, sync_accuracy=0.5) == []
    assert train(loss_sync=0.693, sync_accuracy=0.6) == []
    assert train(loss_cls=1.0) == []

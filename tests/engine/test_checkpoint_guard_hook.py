import logging
from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import HOOKS
from mmengine.runner import IterBasedTrainLoop
from torch import nn

from mmav_coattn.errors import CheckpointError


def guard(state, training, resume=False):
    runner = SimpleNamespace(
        model=nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1, bias=False)),
        _load_from='w.pth',
        _resume=resume,
        _train_loop=IterBasedTrainLoop.__new__(IterBasedTrainLoop) if training else {},
        logger=logging.getLogger('guard'),
    )
    hook = HOOKS.build(dict(type='CheckpointGuardHook'))
    hook.after_load_checkpoint(runner, dict(state_dict=state))


PART = {'0.weight': torch.zeros(3, 2), '1.weight': torch.zeros(1, 3)}
WHOLE = PART | {'0.bias': torch.zeros(3)}


@pytest.mark.parametrize('training', [True, False])
def test_its_own_checkpoint_passes(training, caplog):
    guard(WHOLE, training)
    guard({f'module.{name}': value for name, value in WHOLE.items()}, training)
    assert not caplog.records


@pytest.mark.parametrize(
    ('state', 'difference'),
    [
        (PART, r'1 entries of the network are absent \(0.bias\)'),
        (WHOLE | dict.fromkeys('abcdefg'), r'7 of its entries .* \(a, b, c, d, e and 2 more\)'),
        (PART | {'0.bias': torch.zeros(4)}, r'differ in shape \(0.bias \(4,\) for \(3,\)\)'),
    ],
)
def test_any_difference_is_an_error_when_testing(state, difference):
    with pytest.raises(CheckpointError, match=rf'^w\.pth: does not belong to the .*{difference}'):
        guard(state, training=False)


@pytest.mark.parametrize('going_on', [False, True])
def test_a_checkpoint_of_version_0_1(going_on, caplog):
    state = dict(WHOLE, **{'cls_head.time_contrast.log_scale': torch.zeros(())})
    with pytest.raises(CheckpointError) as error:
        guard(state, training=going_on, resume=going_on)
    assert str(error.value) == (
        'w.pth: is of the network of version 0.1, which this version no longer has; train it again '
        "with one of this version's recipes."
    )
    # Its towers may be where another network starts from.
    guard(state, training=True)
    assert 'loaded in part' in caplog.records[0].message


def test_a_part_is_named_when_training_and_nothing_is_an_error(caplog):
    with caplog.at_level(logging.WARNING):
        guard({'0.weight': torch.zeros(3, 2)}, training=True)
    assert caplog.records[0].message == (
        'w.pth: loaded in part: 2 entries of the network are absent (0.bias, 1.weight).'
    )
    with pytest.raises(CheckpointError, match='nothing of it fits'):
        guard({'conv.weight': torch.zeros(3, 2)}, training=True)

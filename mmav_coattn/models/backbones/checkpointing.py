"""Gradient checkpointing of a tower's stages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint

from mmav_coattn.errors import ConfigError


def checkpoint_stages(tower: nn.Module) -> None:
    """Let each stage of a tower keep only its input, and run again in the backward pass.

    Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost". A stage is an outermost
    ``nn.Sequential`` of two blocks or more, or of one in a ``ResLayer`` of mmaction2 (``layer1``
    and so on); a list of stages, as in :class:`AudioResNet`, is taken apart. mmaction2's own
    ``with_cp``, and mmengine's ``activation_checkpointing``, count the batch twice in the running
    statistics of batch normalisation; here the second run leaves them alone.

    Args:
        tower (nn.Module): Changed in place.

    Raises:
        ConfigError: If the tower has no such stage.
    """
    stages = list(_stages(tower))
    if not stages:
        raise ConfigError(
            f'with_cp=True: {type(tower).__name__} has no stages (nn.Sequential) to checkpoint; '
            f'leave it out.'
        )
    for stage in stages:
        stage.forward = partial(_checkpointed, stage, stage.forward)


def _stages(module: nn.Module) -> Iterator[nn.Sequential]:
    for child in module.children():
        if not isinstance(child, nn.Sequential):
            continue
        if all(isinstance(each, nn.Sequential) for each in child):
            yield from child
        else:
            yield child


def _checkpointed(stage: nn.Module, forward, x):
    if not stage.training:
        return forward(x)
    return checkpoint(
        forward, x, use_reentrant=False, context_fn=lambda: (nullcontext(), _frozen(stage))
    )


@contextmanager
def _frozen(stage: nn.Module):
    """Batch statistics are used but not added to the running ones."""
    norms = [m for m in stage.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    before = [(norm.momentum, norm.num_batches_tracked.clone()) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, (momentum, count) in zip(norms, before, strict=True):
            norm.momentum = momentum
            norm.num_batches_tracked.copy_(count)

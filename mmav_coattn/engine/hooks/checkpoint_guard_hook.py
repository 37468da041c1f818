"""A checkpoint that does not belong to the network is refused, or what is left out is named."""

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import BaseLoop, Runner

from mmav_coattn.checkpoint_files import version_0_1_sentence
from mmav_coattn.errors import CheckpointError

SHOWN = 5


def compare_state(wanted: dict, given: dict) -> tuple[list[str], list[str], list[str]]:
    """Where a checkpoint's entries (given) differ from a network's ``state_dict()`` (wanted).

    A leading ``module.`` is overlooked. Returns names that the checkpoint lacks, names that the
    network does not know, and names whose shapes differ (with both shapes).
    """
    given = {name.removeprefix('module.'): value for name, value in given.items()}
    missing = [name for name in wanted if name not in given]
    unknown = [name for name in given if name not in wanted]
    shapes = [
        f'{name} {tuple(given[name].shape)} for {tuple(wanted[name].shape)}'
        for name in wanted
        if name in given
        and isinstance(given[name], torch.Tensor)
        and given[name].shape != wanted[name].shape
    ]
    return missing, unknown, shapes


def describe_state(missing: list[str], unknown: list[str], shapes: list[str]) -> str:
    """The differences that :func:`compare_state` found, in words."""
    found = {
        'entries of the network are absent': missing,
        'of its entries are unknown to the network': unknown,
        'entries differ in shape': shapes,
    }
    return '; '.join(
        f'{len(names)} {what} ({listing(names)})' for what, names in found.items() if names
    )


def listing(names: list[str]) -> str:
    """The first few of many names."""
    more = f' and {len(names) - SHOWN} more' if len(names) > SHOWN else ''
    return ', '.join(names[:SHOWN]) + more


@HOOKS.register_module()
class CheckpointGuardHook(Hook):
    """Refuse to evaluate weights of another network; say what a partial start leaves out.

    mmengine loads whatever names agree and warns about the rest. When testing, anything that does
    not agree is a ``CheckpointError``, as is resuming from a network of version 0.1. When training
    (``load_from``), what stays at its initial value is listed, and only a checkpoint of which
    nothing agrees is refused.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        wanted = model.state_dict()
        given = checkpoint.get('state_dict', checkpoint)
        missing, unknown, shapes = compare_state(wanted, given)
        if not (missing or unknown or shapes):
            return
        source = runner._load_from or 'The checkpoint'
        differences = describe_state(missing, unknown, shapes)
        # A config of a loop, still a dict, becomes a loop only when training begins.
        training = isinstance(runner._train_loop, BaseLoop)
        old = version_0_1_sentence(source, given)
        if old is not None and (not training or runner._resume):
            raise CheckpointError(old)
        if not training:
            raise CheckpointError(
                f'{source}: does not belong to the network of this config: {differences}. Give '
                'the config it was trained with.'
            )
        if len(missing) + len(shapes) == len(wanted):
            raise CheckpointError(
                f'{source}: nothing of it fits the network of this config: {differences}. '
                'Check load_from.'
            )
        runner.logger.warning(f'{source}: loaded in part: {differences}.')

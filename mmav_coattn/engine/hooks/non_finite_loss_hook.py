"""A loss that is no number ends the training, before a checkpoint is saved."""

import math

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.runner.checkpoint import find_latest_checkpoint

from mmav_coattn.errors import TrainingError


@HOOKS.register_module()
class NonFiniteLossHook(Hook):
    """Stop where the loss is NaN or infinite, with a sentence that says where and what to do.

    Runs before mmengine's checkpoint hook, so no checkpoint holds the ruined weights. Mixed
    precision skips single steps whose gradients overflow, but its loss is finite even then.

    Raises:
        TrainingError: After an iteration whose loss is not finite.
    """

    priority = 'HIGH'

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch=None, outputs=None):
        for name, value in (outputs or {}).items():
            if 'loss' not in name:
                continue
            value = float(torch.as_tensor(value).detach())
            if math.isfinite(value):
                continue
            files = [sample.metainfo.get('relpath', '?') for sample in data_batch['data_samples']]
            last = find_latest_checkpoint(runner.work_dir)
            kept, resume = 'No checkpoint was saved before it', ''
            if last:
                kept = f'The last checkpoint, {last}, is from before it'
                resume = ', then go on with --resume'
            raise TrainingError(
                f'{name} is {value} in iteration {runner.iter + 1} (epoch {runner.epoch + 1}): the '
                f'training has diverged. Its batch: {", ".join(files)}. {kept}; lower the learning '
                f'rate, clip gradients (optim_wrapper.clip_grad), or train without --amp{resume}.'
            )

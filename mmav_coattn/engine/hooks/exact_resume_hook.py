"""A resumed training goes on as if it had never been stopped."""

import torch
from mmaction.registry import HOOKS
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, Runner

from mmav_coattn.datasets.resumable_sampler import derive_seed


@HOOKS.register_module()
class ExactResumeHook(Hook):
    """Make the randomness of training a function of the seed and the iteration.

    - Before each iteration torch's generators are seeded from the run's seed, the process and the
      iteration, so dropout and the like do not depend on what was drawn before.
    - With a checkpoint the seed of the sampler and the number of batches of an epoch are saved;
      with :class:`~mmav_coattn.datasets.ResumableSampler` the data come in the same order with the
      same crops, windows and flips.
    - Resumed from a checkpoint within an epoch (``CheckpointHook`` with ``by_epoch=False``), the
      samples of that epoch that were trained on are skipped; mmengine would begin it again.
    """

    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self._saved: dict = {}

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        sampler = runner.train_dataloader.sampler
        checkpoint['exact_resume'] = dict(
            sampler_seed=getattr(sampler, 'seed', None),
            batches_per_epoch=len(runner.train_dataloader),
        )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        self._saved = checkpoint.get('exact_resume', {})

    def before_train(self, runner: Runner) -> None:
        if not runner.iter:
            return
        loader, sampler = runner.train_dataloader, runner.train_dataloader.sampler
        if self._saved.get('sampler_seed') is not None:
            sampler.seed = self._saved['sampler_seed']
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            return  # mmengine's loop over iterations draws and drops what was trained on
        before = self._saved.get('batches_per_epoch', len(loader))
        if before != len(loader):
            runner.logger.warning(
                f'This run has {len(loader)} batches an epoch, the one it resumes had {before}: '
                f'data, batch size or number of processes have changed, and with them what is '
                f'drawn.'
            )
            return
        done = runner.iter - runner.epoch * len(loader)
        if done <= 0:
            return
        if not hasattr(sampler, 'skip_once'):
            runner.logger.warning(
                f'The checkpoint was saved after {done} of {len(loader)} batches of epoch '
                f'{runner.epoch + 1}, and {type(sampler).__name__} cannot skip them: the epoch '
                f"begins again. Use sampler=dict(type='ResumableSampler', shuffle=True)."
            )
            return
        sampler.skip_once(done * loader.batch_size)
        runner.logger.info(
            f'Epoch {runner.epoch + 1} goes on behind its first {done} of {len(loader)} batches.'
        )

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch=None) -> None:
        torch.manual_seed(derive_seed(runner.seed or 0, get_rank(), runner.iter))

"""Negatives from easy to hard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from mmav_coattn.datasets.transforms import SampleSyncWindows
from mmav_coattn.errors import ConfigError
from mmav_coattn.models.recognizers.negatives import check_negatives


@HOOKS.register_module()
class NegativesScheduleHook(Hook):
    """Change by epoch which negatives a clip is compared with.

    Korbar et al. (NeurIPS 2018) train on sounds of other videos first and on shifted ones later;
    shifts may shrink as well::

        dict(type='NegativesScheduleHook', stages=[
            dict(epoch=0, negatives='other'),
            dict(epoch=2, negatives='same', min_shift=0.8),
            dict(epoch=4, min_shift=0.4)])

    What a stage does not name stays as the stages before it, or the config, have it. The state
    follows from the epoch alone, so a resumed training goes on where it was. ``min_shift`` lies in
    memory that loader workers share, also persistent ones.

    Args:
        stages (Sequence[dict]): With ``epoch`` (from 0, rising) and ``negatives`` (``'other'`` or
            ``'same'``), ``min_shift`` (s), or both.

    Raises:
        ConfigError: If a stage is malformed, or, before training, if model or data set cannot do
            what it asks for.
    """

    priority = 'NORMAL'

    def __init__(self, stages: Sequence[dict]) -> None:
        epochs = [stage.get('epoch', -1) for stage in stages]
        if not stages or epochs[0] < 0 or sorted(set(epochs)) != epochs:
            raise ConfigError(
                f'NegativesScheduleHook: the stages need an epoch each, from 0, rising: {epochs}.'
            )
        for stage in stages:
            if not set(stage) - {'epoch'} or set(stage) - {'epoch', 'negatives', 'min_shift'}:
                raise ConfigError(
                    f'NegativesScheduleHook: {dict(stage)} must name negatives, min_shift or both.'
                )
            if 'negatives' in stage:
                check_negatives(stage['negatives'])
        self.stages = [dict(stage) for stage in stages]

    def at_epoch(self, epoch: int) -> dict:
        """The settings of an epoch: of each, what the last stage that names it says."""
        settings: dict = {}
        for stage in self.stages:
            if stage['epoch'] <= epoch:
                settings |= stage
        settings.pop('epoch', None)
        return settings

    def before_train(self, runner) -> None:
        """Put what will change where the workers, which start later, share it."""
        shifts = [stage['min_shift'] for stage in self.stages if 'min_shift' in stage]
        if not shifts:
            return
        samplers = list(find_samplers(runner.train_dataloader.dataset))
        if not samplers:
            raise ConfigError(
                'NegativesScheduleHook: no SampleSyncWindows in the training pipeline, so there '
                'is no min_shift to change.'
            )
        for sampler in samplers:
            for min_shift in shifts:
                sampler.check_min_shift(min_shift)
            sampler.share_min_shift()

    def before_train_epoch(self, runner) -> None:
        """Set what this epoch uses."""
        settings = self.at_epoch(runner.epoch)
        if 'negatives' in settings:
            model = runner.model.module if is_model_wrapper(runner.model) else runner.model
            if not hasattr(model, 'negatives'):
                raise ConfigError(
                    f'NegativesScheduleHook: {type(model).__name__} has no choice of negatives.'
                )
            model.negatives = settings['negatives']
        if 'min_shift' in settings:
            for sampler in find_samplers(runner.train_dataloader.dataset):
                sampler.min_shift = settings['min_shift']
        if settings:
            shown = ', '.join(f'{name}={value}' for name, value in settings.items())
            runner.logger.info(f'Negatives of epoch {runner.epoch + 1}: {shown}')


def find_samplers(dataset) -> Iterator[SampleSyncWindows]:
    """Every SampleSyncWindows of a data set, those inside wrappers included."""
    for inner in [getattr(dataset, 'dataset', None), *(getattr(dataset, 'datasets', None) or ())]:
        if inner is not None:
            yield from find_samplers(inner)
    pipeline = getattr(dataset, 'pipeline', None)
    for transform in getattr(pipeline, 'transforms', ()):
        if isinstance(transform, SampleSyncWindows):
            yield transform

"""Say once when training has learned nothing so far."""

import math
from collections import deque
from statistics import fmean

import torch
from mmaction.registry import HOOKS
from mmengine.hooks import Hook

#: The mean loss (nats) counts as chance above the first, the mean accuracy below the second.
CHANCE_LOSS, CHANCE_ACCURACY = math.log(2) - 0.01, 0.53
#: Steps before the first look, and steps that are averaged.
PATIENCE, WINDOW = 1000, 100

CAUSES = """\
Likely causes, the most frequent first, and what to try:
  1. What moves is too small: crop to it (FixedCrop), or use larger frames.
  2. Audio and video of the files do not belong together (music, dubbing) or are out of sync: look
     at some.
  3. The shifts are too small to begin with: raise min_shift.
  4. The learning rate is too high or too low: try a third of it and three times it.
  5. Too few clips or steps: the auxiliary loss (cls_head.loss_contrast) and more negatives
     (num_negatives) learn from fewer.
Whether network and data can learn at all: tools/train.py CONFIG --overfit-one-batch."""


@HOOKS.register_module()
class ChanceLevelHook(Hook):
    """Warn once if loss and accuracy stay at chance.

    A synchronisation loss that stays at ln 2 = 0.693 is the most frequent trouble of such training,
    and nothing else tells of it: no error, no NaN. After :data:`PATIENCE` steps the mean over the
    last :data:`WINDOW` steps is looked at; while it is at chance the hook warns, once a run, with
    the likely causes and what to try. Without a cross-entropy the accuracy decides.
    """

    priority = 'LOW'

    def __init__(self) -> None:
        self._losses: deque[float] = deque(maxlen=WINDOW)
        self._accuracies: deque[float] = deque(maxlen=WINDOW)
        self._warned = False

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        if self._warned or not outputs or 'sync_accuracy' not in outputs:
            return
        step = runner.iter + 1
        # Losses are read only where they count: each read waits for the device.
        if step <= PATIENCE - WINDOW:
            return
        self._accuracies.append(float(outputs['sync_accuracy']))
        # The loss carries its gradient, of which a plain float() warns.
        self._losses.append(torch.as_tensor(outputs.get('loss_sync', math.inf)).item())
        if step < PATIENCE or len(self._losses) < WINDOW:
            return
        loss, accuracy = fmean(self._losses), fmean(self._accuracies)
        if loss > CHANCE_LOSS and accuracy < CHANCE_ACCURACY:
            self._warned = True
            runner.logger.warning(
                f'Nothing learned after {step} steps: over the last {WINDOW} the loss is '
                f'{loss:.3f} (ln 2 = 0.693 is chance) and the accuracy {accuracy:.3f} (chance '
                f'0.5).\n{CAUSES}'
            )

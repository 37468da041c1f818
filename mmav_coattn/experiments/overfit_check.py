"""Can this network learn one batch of this data by heart?"""

from __future__ import annotations

from statistics import fmean
from typing import NamedTuple

from mmengine.runner import Runner

#: Training accuracy on the batch that counts as learned.
LEARNED = 0.95
#: Steps at the end whose mean is judged.
JUDGED = 5


class OverfitResult(NamedTuple):
    """How one batch was learned."""

    steps: int  #: Steps that were made.
    first_loss: float  #: Total loss at the first.
    last_loss: float  #: Mean total loss of the last few.
    accuracy: float  #: Mean sync accuracy of the last few, on the batch itself.

    @property
    def learned(self) -> bool:
        """Whether the batch is known by heart."""
        return self.accuracy >= LEARNED

    def verdict(self) -> str:
        """What it means."""
        advice = (
            'Network, losses and optimiser work; if training stays at chance, look at the data: '
            'too small, out of sync, or too little of it.'
            if self.learned
            else 'A network that cannot learn one batch by heart will not learn a data set: check '
            'the learning rate (try 3 times and a third of it), that no input is blanked '
            '(data_preprocessor.blank), and that the frames show what sounds; or allow more steps.'
        )
        return (
            f'Overfit check {"passed" if self.learned else "failed"} after {self.steps} steps on '
            f'one batch: loss {self.first_loss:.3f} -> {self.last_loss:.3f}, accuracy on that '
            f'batch {self.accuracy:.3f} (chance 0.5). {advice}'
        )


def overfit_one_batch(runner: Runner, steps: int = 100) -> OverfitResult:
    """Train on the first batch of the training data again and again; nothing is written.

    The learning rate is the config's, without its schedule. It ends before ``steps`` steps once the
    batch is known. The runner's model is changed.
    """
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    batch = next(iter(runner.train_loop.dataloader))
    runner.model.init_weights()
    runner.model.train()
    losses, accuracies = [], []
    while len(losses) < steps and not (len(losses) >= JUDGED and min(accuracies[-JUDGED:]) >= 1.0):
        outputs = runner.model.train_step(batch, optim_wrapper=runner.optim_wrapper)
        losses.append(float(outputs['loss'].detach()))
        accuracies.append(float(outputs['sync_accuracy']))
    last_loss, accuracy = fmean(losses[-JUDGED:]), fmean(accuracies[-JUDGED:])
    return OverfitResult(len(losses), losses[0], last_loss, accuracy)

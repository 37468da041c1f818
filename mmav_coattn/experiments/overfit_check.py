"""Can this network learn one batch of this data by heart?"""

from __future__ import annotations

from typing import NamedTuple

from mmengine.runner import Runner

#: Training accuracy on the batch that counts as learned.
LEARNED = 0.95
#: Steps at the end whose mean is judged.
JUDGED = 5


class OverfitResult(NamedTuple):
    """How one batch was learned.

    Attributes:
        steps (int): Steps that were made.
        first_loss (float): Total loss at the first.
        last_loss (float): Mean total loss of the last few.
        accuracy (float): Mean sync accuracy of the last few, on the batch itself.
    """

    steps: int
    first_loss: float
    last_loss: float
    accuracy: float

    @property
    def learned(self) -> bool:
        """Whether the batch is known by heart."""
        return self.accuracy >= LEARNED

    def verdict(self) -> str:
        """What it means."""
        figures = (
            f'after {self.steps} steps on one batch: loss {self.first_loss:.3f} -> '
            f'{self.last_loss:.3f}, accuracy on that batch {self.accuracy:.3f} (chance 0.5)'
        )
        if self.learned:
            return (
                f'Overfit check passed {figures}. Network, losses and optimiser work; if training '
                'stays at chance, look at the data: too small, out of sync, or too little of it.'
            )
        return (
            f'Overfit check failed {figures}. A network that cannot learn one batch by heart will '
            'not learn a data set: check the learning rate (try 3 times and a third of it), that '
            'no input is blanked (data_preprocessor.blank), and that the pictures show what '
            'sounds; or allow more steps.'
        )


def overfit_one_batch(runner: Runner, steps: int = 100) -> OverfitResult:
    """Train on the first batch of the training data again and again; nothing is written.

    The learning rate is the config's, without its schedule.

    Args:
        runner (Runner): Not trained yet; its model is changed.
        steps (int): Largest number of steps; it ends earlier once the batch is known.

    Returns:
        OverfitResult: See there.
    """
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    batch = next(iter(runner.train_loop.dataloader))
    runner.model.init_weights()
    runner.model.train()
    losses, accuracies = [], []
    for _ in range(steps):
        outputs = runner.model.train_step(batch, optim_wrapper=runner.optim_wrapper)
        losses.append(float(outputs['loss'].detach()))
        accuracies.append(float(outputs['sync_accuracy']))
        if len(losses) >= JUDGED and min(accuracies[-JUDGED:]) >= 1.0:
            break
    last = slice(-JUDGED, None)
    return OverfitResult(
        len(losses),
        losses[0],
        sum(losses[last]) / len(losses[last]),
        sum(accuracies[last]) / len(accuracies[last]),
    )

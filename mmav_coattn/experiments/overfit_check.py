"""Can this network learn one batch of this data by heart?"""

from statistics import fmean

from mmengine.runner import Runner

#: Training accuracy on the batch that counts as learned.
LEARNED = 0.95
#: Steps at the end whose mean is judged.
JUDGED = 5


def overfit_one_batch(runner: Runner, steps: int = 100) -> tuple[bool, str]:
    """Train on the first batch of the training data again and again; nothing is written.

    The learning rate is the config's, without its schedule. It ends before ``steps`` steps once the
    batch is known. The runner's model is changed. Returns whether it is known, and a sentence.
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
    accuracy = fmean(accuracies[-JUDGED:])
    learned = accuracy >= LEARNED
    advice = (
        'Network, losses and optimiser work; if training stays at chance, look at the data.'
        if learned
        else 'Check the learning rate (try 3 times and a third of it), and that the frames show '
        'what sounds; or allow more steps.'
    )
    return learned, (
        f'Overfit check {"passed" if learned else "failed"} after {len(losses)} steps on one '
        f'batch: loss {losses[0]:.3f} -> {fmean(losses[-JUDGED:]):.3f}, accuracy on that batch '
        f'{accuracy:.3f} (chance 0.5). {advice}'
    )

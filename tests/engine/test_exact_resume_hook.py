from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import DefaultSampler
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from torch.utils.data import DataLoader

from mmav_coattn.datasets.resumable_sampler import ResumableSampler
from mmav_coattn.engine.hooks.exact_resume_hook import ExactResumeHook

DATA = list(range(12))


def make_runner(iteration, epoch, sampler=ResumableSampler, loop=EpochBasedTrainLoop, seed=3):
    said = []
    logger = SimpleNamespace(info=said.append, warning=said.append)
    loader = DataLoader(DATA, batch_size=3, sampler=sampler(DATA, seed=seed))
    run = dict(iter=iteration, epoch=epoch, seed=seed, said=said, logger=logger)
    return SimpleNamespace(**run, train_loop=loop.__new__(loop), train_dataloader=loader)


def resume(runner, checkpoint):
    hook = ExactResumeHook()
    hook.after_load_checkpoint(runner, checkpoint)
    hook.before_train(runner)
    return [index for batch in runner.train_dataloader for index in batch.tolist()]


@pytest.fixture
def saved():
    checkpoint = {}
    ExactResumeHook().before_save_checkpoint(make_runner(6, 1), checkpoint)
    assert checkpoint == dict(exact_resume=dict(sampler_seed=3, batches_per_epoch=4))
    return checkpoint


def test_within_an_epoch_the_rest_follows(saved):
    order = list(ResumableSampler(DATA, seed=3))
    runner = make_runner(6, 1, seed=8)  # another seed than the run that it resumes
    assert resume(runner, saved) == order[6:]
    assert runner.said == ['Epoch 2 goes on behind its first 2 of 4 batches.']
    # Only once: the next epoch is whole again.
    assert [int(x) for batch in runner.train_dataloader for x in batch] == order


@pytest.mark.parametrize(('iteration', 'epoch'), [(8, 2), (0, 0)])
def test_at_the_end_of_an_epoch_and_in_a_new_run_nothing_is_left_out(saved, iteration, epoch):
    runner = make_runner(iteration, epoch)
    assert resume(runner, saved) == list(ResumableSampler(DATA, seed=3)) and not runner.said


@pytest.mark.parametrize(
    ('changes', 'batches', 'said'),
    [
        (dict(sampler=DefaultSampler), 4, '2 of 4 batches of epoch 2, and DefaultSampler cannot'),
        ({}, 5, 'This run has 4 batches an epoch, the one it resumes had 5: '),
        (dict(loop=IterBasedTrainLoop), 4, ''),  # which skips by itself
    ],
)
def test_where_nothing_is_skipped_it_is_said_why(saved, changes, batches, said):
    runner = make_runner(6, 1, **changes)
    saved['exact_resume']['batches_per_epoch'] = batches
    assert len(resume(runner, saved)) == 12
    assert len(runner.said) == bool(said) and said in ''.join(runner.said)


def test_dropout_depends_on_seed_and_iteration_alone():
    def draw(iteration, seed=3):
        ExactResumeHook().before_train_iter(make_runner(iteration, 0, seed=seed), 0)
        return torch.rand(4).tolist()

    first = draw(5)
    torch.rand(7)
    assert draw(5) == first and draw(6) != first and draw(5, seed=4) != first

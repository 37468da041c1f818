"""The report of one epoch, from the notes in the data samples."""

from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.logging import MessageHub

from mmav_coattn.engine.hooks import unusable_media_hook
from mmav_coattn.engine.hooks.unusable_media_hook import UnusableMediaReportHook


@pytest.fixture
def runner():
    messages = []
    return SimpleNamespace(
        epoch=2,
        messages=messages,
        logger=SimpleNamespace(warning=messages.append),
        message_hub=MessageHub.get_instance('test_unusable_media_hook'),
    )


def batch(*replaced):
    facts = [dict(replaced=notes) if notes else {} for notes in replaced]
    return dict(data_samples=[ActionDataSample(metainfo=each) for each in facts])


def note(name, reason):
    return (name, reason, f'/data/{name}: is {reason}')


def run_epoch(hook, runner, batches):
    hook.before_train_epoch(runner)
    for index, data_batch in enumerate(batches):
        hook.after_train_iter(runner, index, data_batch, None)
    hook.after_train_epoch(runner)


def test_counts_and_names(runner, monkeypatch):
    monkeypatch.setattr(unusable_media_hook, 'MAX_NAMES', 2)
    first = batch(None, [note('a.mp4', 'silent'), note('b.mp4', 'missing')])
    second = batch([note('a.mp4', 'silent')], [note('c.mp4', 'silent')], None)
    run_epoch(HOOKS.build(dict(type='UnusableMediaReportHook')), runner, [first, second])
    assert runner.messages == [
        'Epoch 3: 4 drawn files could not be used and others took their place, for 5 samples '
        '(3 silent, 1 missing). The first of them:\n'
        '  /data/a.mp4: is silent\n  /data/b.mp4: is missing'
    ]
    assert runner.message_hub.get_scalar('unusable_media').current() == 4


def test_each_epoch_counts_anew_and_is_quiet_without_trouble(runner):
    hook = UnusableMediaReportHook()
    run_epoch(hook, runner, [batch([note('a.mp4', 'silent')])])
    run_epoch(hook, runner, [batch(None, None)])
    assert len(runner.messages) == 1
    assert runner.message_hub.get_scalar('unusable_media').current() == 0


def test_sums_over_processes(runner, monkeypatch):
    def two_processes(mine):
        other = ({'missing': 2}, {'z.mp4': '/data/z.mp4: is missing'}, 3)
        return [mine, (type(mine[0])(other[0]), *other[1:])]

    monkeypatch.setattr(unusable_media_hook, 'all_gather_object', two_processes)
    run_epoch(UnusableMediaReportHook(), runner, [batch([note('a.mp4', 'silent')])])
    assert runner.messages == [
        'Epoch 3: 3 drawn files could not be used and others took their place, for 4 samples '
        '(2 missing, 1 silent). The first of them:\n'
        '  /data/z.mp4: is missing\n  /data/a.mp4: is silent'
    ]
    assert runner.message_hub.get_scalar('unusable_media').current() == 3

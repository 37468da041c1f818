from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.logging import MessageHub

from mmav_coattn.engine.hooks import unusable_media_hook

SENTENCE = (
    'Epoch 3: {} drawn files could not be used and others took their place, for {} samples ({}). '
    'The first of them:\n  /data/{}\n  /data/{}'
)


def batch(*notes):
    """A sample for each of these names and reasons of a replaced file, or several of them."""
    facts = [
        dict(replaced=[(name, why, f'/data/{name}: is {why}') for name, why in each.items()])
        for each in notes
    ]
    return dict(data_samples=[ActionDataSample(metainfo=each) for each in facts])


@pytest.fixture
def report():
    """Gives the warnings and the total of an epoch."""
    hook, messages = HOOKS.build(dict(type='UnusableMediaReportHook')), []
    hub = MessageHub.get_instance('test_unusable_media_hook')
    logger = SimpleNamespace(warning=messages.append)
    runner = SimpleNamespace(epoch=2, logger=logger, message_hub=hub)

    def run(*batches):
        messages.clear()
        hook.before_train_epoch(runner)
        for index, data_batch in enumerate(batches):
            hook.after_train_iter(runner, index, data_batch, None)
        hook.after_train_epoch(runner)
        return list(messages), hub.get_scalar('unusable_media').current()

    return run


def test_counts_and_names_each_epoch_anew_and_sums_over_processes(report, monkeypatch):
    monkeypatch.setattr(unusable_media_hook, 'MAX_NAMES', 2)
    first = batch({}, {'a.mp4': 'silent', 'b.mp4': 'missing'})
    second = batch({'a.mp4': 'silent'}, {'c.mp4': 'silent'}, {})
    said = SENTENCE.format(4, 5, '3 silent, 1 missing', 'a.mp4: is silent', 'b.mp4: is missing')
    assert report(first, second) == ([said], 4)
    assert report(batch({}, {})) == ([], 0)

    def two_processes(mine):
        other = ({'missing': 2}, {'z.mp4': '/data/z.mp4: is missing'}, 3)
        return [mine, (type(mine[0])(other[0]), *other[1:])]

    monkeypatch.setattr(unusable_media_hook, 'all_gather_object', two_processes)
    said = SENTENCE.format(3, 4, '2 missing, 1 silent', 'z.mp4: is missing', 'a.mp4: is silent')
    assert report(batch({'a.mp4': 'silent'})) == ([said], 3)

"""Clips a second, share of waiting and peak memory, on a clock that the test moves."""

from types import SimpleNamespace

import pytest
from mmengine.hooks import IterTimerHook, LoggerHook
from mmengine.logging import MessageHub
from mmengine.runner import get_priority

from mmav_coattn.engine.hooks.throughput_hook import ThroughputHook, peak_memory_mib


@pytest.fixture
def run():
    """Feeds a hook iterations of (seconds of waiting, seconds of work, clips)."""
    hub = MessageHub('throughput test')
    runner = SimpleNamespace(message_hub=hub)
    now = [100.0]

    def feed(hook, iterations):
        hook._clock = lambda: now[0]
        hook.before_train_epoch(runner)
        for number, (waiting, work, clips) in enumerate(iterations):
            now[0] += waiting
            batch = dict(data_samples=[None] * clips)
            hook.before_train_iter(runner, number, batch)
            now[0] += work
            hook.after_train_iter(runner, number, batch)
        return {name: hub.get_scalar(f'train/{name}').current() for name in FIGURES}

    return feed


FIGURES = ('clips_per_second', 'data_wait', 'peak_memory')


def test_figures(run):
    figures = run(ThroughputHook(), [(1.0, 1.0, 4), (0.0, 2.0, 4)])
    assert figures['clips_per_second'] == pytest.approx(8 / 4)
    assert figures['data_wait'] == pytest.approx(1 / 4)
    assert figures['peak_memory'] == pytest.approx(peak_memory_mib(), rel=0.2)


def test_old_iterations_leave_the_window(run):
    figures = run(ThroughputHook(window_size=2), [(50.0, 50.0, 4), (0.5, 0.5, 4), (0.0, 1.0, 8)])
    assert figures['clips_per_second'] == pytest.approx(12 / 2)
    assert figures['data_wait'] == pytest.approx(0.5 / 2)


def test_what_lies_between_epochs_does_not_count(run):
    hook = ThroughputHook()
    run(hook, [(0.0, 1.0, 4)])
    assert run(hook, [(0.0, 1.0, 4)])['clips_per_second'] == pytest.approx(4)


def test_all_processes_count(run, monkeypatch):
    monkeypatch.setattr('mmav_coattn.engine.hooks.throughput_hook.get_world_size', lambda: 8)
    assert run(ThroughputHook(), [(0.0, 1.0, 4)])['clips_per_second'] == pytest.approx(32)


def test_comes_before_the_logger():
    assert get_priority(ThroughputHook.priority) < get_priority(LoggerHook.priority)
    assert get_priority(ThroughputHook.priority) == get_priority(IterTimerHook.priority)

"""Turns, medians and ratios of the benchmark, on a clock that the test moves."""

import pytest
from speed import timing
from speed.timing import Row, Timings, format_table, time_by_turns


class Clock:
    def __init__(self):
        self.now = 0.0
        self.calls = []

    def work(self, name, seconds):
        def run():
            self.calls.append(name)
            self.now += seconds * self.slowness

        return run

    slowness = 1.0


def test_turns_and_seconds(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timing.time, 'perf_counter', lambda: clock.now)
    timings = time_by_turns({'a': clock.work('a', 1), 'b': clock.work('b', 3)}, 3, warm_up=1)
    # The first of a round changes with the rounds, and the warm-up does not count.
    assert clock.calls == ['a', 'b', 'b', 'a', 'a', 'b', 'b', 'a']
    assert timings.seconds == {'a': [1, 1, 1], 'b': [3, 3, 3]}


def test_a_slow_round_leaves_the_ratio():
    timings = Timings({'fast': [1.0, 10.0, 1.0, 1.2], 'slow': [2.0, 20.0, 2.0, 2.4]})
    assert timings.speed_up('fast', over='slow') == pytest.approx(2)
    assert timings.share('fast', 'slow') == pytest.approx(0.5)
    assert timings.median('fast') == pytest.approx(1.1)


def test_rows_against_their_bars():
    assert Row('x', 0.9, 'x', '>= 0.9').reached is True
    assert Row('x', 0.89, 'x', '>= 0.9').reached is False
    assert Row('x', 0.05, 'x', '<= 0.05').reached is True
    assert Row('x', 0.051, 'x', '<= 0.05').reached is False
    assert Row('x', 1, 'x').reached is None
    table = format_table([Row('ours', 0.951, 'x', '>= 0.9'), Row('speed', 12345.6, 'clips/s')])
    assert table.splitlines()[2:] == [
        '| ours | 0.951 | x | >= 0.9 | reached |',
        '| speed | 12346 | clips/s |  |  |',
    ]

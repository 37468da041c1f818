from functools import partial

import pytest
from speed import timing
from speed.timing import Row, Timings, format_table, time_by_turns


def test_turns_and_seconds(monkeypatch):
    now, calls = [0.0], []

    def work(name, seconds):
        calls.append(name)
        now[0] += seconds

    monkeypatch.setattr(timing.time, 'perf_counter', lambda: now[0])
    candidates = dict(a=partial(work, 'a', 1), b=partial(work, 'b', 3))
    timings = time_by_turns(candidates, 3, warm_up=1)
    # The first of a round changes with the rounds, and the warm-up does not count.
    assert ''.join(calls) == 'abbaabba'
    assert timings.seconds == {'a': [1, 1, 1], 'b': [3, 3, 3]}


def test_a_slow_round_leaves_the_ratio_and_rows_against_their_bars():
    timings = Timings({'fast': [1.0, 10.0, 1.0, 1.2], 'slow': [2.0, 20.0, 2.0, 2.4]})
    assert timings.speed_up('fast', over='slow') == pytest.approx(2)
    assert timings.share('fast', 'slow') == pytest.approx(0.5)
    assert timings.median('fast') == pytest.approx(1.1)
    given = ((0.9, '>= 0.9'), (0.89, '>= 0.9'), (0.05, '<= 0.05'), (0.051, '<= 0.05'))
    rows = [Row('a', value, 'x', wanted) for value, wanted in given]
    assert [row.reached for row in rows] == [True, False, True, False]
    table = format_table([rows[0], Row('speed', 12345.6, 'clips/s')]).splitlines()
    assert table[2:] == ['| a | 0.9 | x | >= 0.9 | reached |', '| speed | 12346 | clips/s |  |  |']

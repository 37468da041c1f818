import io
import re
import sys

import pytest

from mmav_coattn.progress import progress_bar


@pytest.mark.parametrize(('terminal', 'states'), [(True, 12), (False, 2)])
def test_states_that_are_shown(terminal, states, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: terminal
    monkeypatch.setattr(sys, 'stderr', screen)
    # On a terminal every step, and the last one once more when the bar is closed.
    settings = dict(mininterval=0) if terminal else {}
    seen = list(progress_bar(range(10), desc='clips', miniters=1, file=screen, **settings))
    assert seen == list(range(10))
    shown = [int(x) for x in re.findall(r'(\d+)/10', screen.getvalue())]
    assert len(shown) == states and shown[0] == 0 and shown[-1] == 10
    # In a file every 10 s, unless its caller says otherwise.
    assert progress_bar(total=3).mininterval == (0.1 if terminal else 10)
    assert progress_bar(total=3, mininterval=2).mininterval == 2

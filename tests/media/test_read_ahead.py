import threading
import time

import pytest

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media.read_ahead import ReadAhead


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert not [x for x in threading.enumerate() if x.name.startswith('read-ahead')]


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(0.05)
    assert condition()


def test_all_items_in_order_and_few_of_them_ahead():
    made = []

    def items():
        for number in range(20):
            made.append((number, threading.current_thread().name))
            yield number

    with ReadAhead(items(), depth=3) as ahead:
        wait_until(lambda: len(made) == 3)  # no more than may wait
        assert next(ahead) == 0
        wait_until(lambda: len(made) == 4)
        assert list(ahead) == list(range(1, 20))
    assert {name.rsplit('_')[0] for _, name in made} == {'read-ahead'}


def test_an_error_is_raised_where_its_item_is_asked_for():
    def items():
        yield 'first'
        raise UnreadableMediaError('x.mp4', 'is cut off')

    with ReadAhead(items(), depth=4) as ahead:
        time.sleep(0.05)
        assert next(ahead) == 'first'
        with pytest.raises(UnreadableMediaError, match=r'x\.mp4: is cut off'):
            next(ahead)


def test_whoever_stops_early_stops_the_thread():
    busy, made = threading.Event(), []

    def items():
        while True:
            made.append(len(made))
            yield made[-1]
            busy.set()

    with pytest.raises(KeyError), ReadAhead(items(), depth=2):
        busy.wait(20)
        raise KeyError
    count = len(made)
    time.sleep(0.05)
    assert len(made) == count <= 3

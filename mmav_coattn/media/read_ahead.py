"""Reading goes on in a thread while what was read is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Item = TypeVar('Item')
_END = object()


class ReadAhead(Generic[Item]):
    """An iterator whose items are made by one thread, a few of them before they are asked for.

    For decoders, which leave the interpreter to others while they work. What the thread raises is
    raised where that item is asked for, so errors come in the same order as without it. Leaving the
    ``with`` block waits for the item in the making and makes no more of them, so whatever they are
    read from can be closed then. ``depth`` is the number of items that may wait.
    """

    def __init__(self, items: Iterable[Item], depth: int = 2) -> None:
        self._items = iter(items)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='read-ahead')
        self._waiting = deque(self._make() for _ in range(depth))

    def __enter__(self) -> ReadAhead[Item]:
        return self

    def __exit__(self, *exc_info) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        item = self._waiting.popleft().result()
        self._waiting.append(self._make())
        if item is _END:
            raise StopIteration
        return item

    def _make(self):
        return self._thread.submit(next, self._items, _END)

"""Resident memory of a process that loads sample after sample."""

from __future__ import annotations

from collections.abc import Callable

from .memory_use import memory_mib
from .timing import Row

#: Samples at the beginning that do not count: caches fill in them.
WARM_UP = 200


def watch_memory(load: Callable[[int], object], num_samples: int, every: int = 50) -> list[float]:
    """Load samples one after the other in this process and watch its resident memory.

    Args:
        load (Callable): Loads the sample of a number.
        num_samples (int): How many.
        every (int): Samples between two looks. Defaults to 50.

    Returns:
        list[float]: MiB after each ``every`` samples.
    """
    seen = []
    for number in range(1, num_samples + 1):
        load(number)
        if number % every == 0:
            seen.append(memory_mib()['resident'])
    return seen


def memory_rows(name: str, seen: list[float], every: int = 50) -> list[Row]:
    """The table's rows of one loader: memory after the warm-up, at the end, and the growth."""
    after_warm_up = seen[min(WARM_UP // every, len(seen)) - 1]
    growth = seen[-1] / after_warm_up - 1
    return [
        Row(f'{name}: resident after {WARM_UP} samples', after_warm_up, 'MiB'),
        Row(f'{name}: resident after {len(seen) * every} samples', seen[-1], 'MiB'),
        Row(f'{name}: growth', growth, 'of that', '<= 0.05'),
    ]

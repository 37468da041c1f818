"""Memory that a loader keeps is seen."""

import gc
import mmap

import pytest
from speed.memory import memory_rows, watch_memory


def test_memory_that_is_kept_shows():
    kept = []

    def load(number: int) -> None:
        # Pages of its own: an array may lie in memory that this process touched and freed before.
        kept.append(mmap.mmap(-1, 2**20))
        kept[-1].write(bytes(2**20))

    gc.collect()
    seen = watch_memory(load, 400, every=50)
    after, end, growth = memory_rows('kept', seen, every=50)
    assert len(seen) == 8 and after.value == seen[3]
    # 200 samples of 1 MiB each.
    assert end.value - after.value == pytest.approx(200, abs=20)
    assert growth.value == pytest.approx(end.value / after.value - 1)

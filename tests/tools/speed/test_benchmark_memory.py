import gc
import mmap

import pytest
from speed import memory


def test_memory_that_is_kept_shows():
    kept = []

    def load(number: int) -> None:
        # Pages of its own: an array may lie in memory that this process touched and freed before.
        kept.append(mmap.mmap(-1, 2**20))
        kept[-1].write(bytes(2**20))

    gc.collect()
    before = memory.memory_mib()
    seen = memory.watch_memory(load, 400, every=50)
    after, end, growth = memory.memory_rows('kept', seen, every=50)
    assert len(seen) == 8 and after.value == seen[3]
    # 200 samples of 1 MiB each.
    assert end.value - after.value == pytest.approx(200, abs=20)
    assert growth.value == pytest.approx(end.value / after.value - 1)
    now = memory.memory_mib()
    assert now['private'] - before['private'] == pytest.approx(400, abs=20)
    assert now['peak'] >= now['resident']


@pytest.mark.parametrize('kind', ['paths and labels', 'table of 8 columns'])
def test_workers_share_the_annotations(tmp_path, kind):
    path = tmp_path / f'list{memory.LISTS[kind]}'
    memory.write_list(kind, path, 50_000)
    built, _, _, added = memory.list_rows(kind, path)
    assert (built.what, built.wanted) == (f'50,000 lines, {kind}: built', '<= 3')
    assert added.value < 1  # of some 5 MiB

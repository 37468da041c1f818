"""Memory that a loader keeps is seen."""

import gc
import mmap

import pytest
from speed import memory
from torch.utils.data import DataLoader

from mmav_coattn.datasets import AudioVisualDataset


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


def test_workers_share_the_annotations(tmp_path):
    names = (f'folder_{i % 300}/a_video_with_a_long_name_{i:09d}.mp4\n' for i in range(50_000))
    (tmp_path / 'list.txt').write_text(''.join(names))
    dataset = AudioVisualDataset(str(tmp_path / 'list.txt'), data_root=str(tmp_path))
    assert dataset.data_bytes.nbytes > 4.5e6
    (added,) = DataLoader(memory.AnnotationReader(dataset), batch_size=None, num_workers=1)
    assert added < 1


@pytest.mark.parametrize('kind', ['paths and labels', 'table of 8 columns'])
def test_lists_are_read(tmp_path, kind):
    path = tmp_path / ('list.csv' if 'table' in kind else 'list.txt')
    memory.write_list(kind, path, 50)
    built, *_ = memory.list_rows(kind, path)
    assert (built.what, built.wanted) == (f'50 lines, {kind}: built', '<= 3')
    assert built.value > 0

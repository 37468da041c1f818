"""What a process's memory is said to be, against memory that the test takes itself."""

import numpy as np
import pytest
from speed.memory_use import AnnotationReader, WithMemory, memory_mib, relative_growth
from torch.utils.data import DataLoader

from mmav_coattn.datasets import AudioVisualDataset


def test_memory_that_is_taken_is_seen():
    before = memory_mib()
    block = np.ones(64 * 2**20, np.uint8)
    after = memory_mib()
    for kind in ('resident', 'private'):
        assert after[kind] - before[kind] == pytest.approx(64, abs=8)
    assert after['peak'] >= after['resident'] and block[0] == 1


def test_a_leak_is_seen():
    kept = []

    class Leaking:
        def __len__(self):
            return 3

        def __getitem__(self, index):
            # Larger than what malloc keeps for reuse, so that each piece is new memory.
            kept.append(np.ones(40 * 2**20, np.uint8))

    values = [memory['resident'] for memory in map(WithMemory(Leaking(), 4).__getitem__, range(4))]
    assert values[-1] - values[0] == pytest.approx(120, abs=8)


def test_relative_growth():
    assert relative_growth([9.0] * 10 + [10.0] * 5 + [50.0] * 30 + [11.0] * 5, 15, 5) == (
        pytest.approx(0.1)
    )
    with pytest.raises(ValueError, match='20 samples are too few'):
        relative_growth([1.0] * 20, 15, 10)


def test_workers_share_the_annotations(tmp_path):
    names = (f'folder_{i % 300}/a_video_with_a_long_name_{i:09d}.mp4\n' for i in range(100_000))
    (tmp_path / 'list.txt').write_text(''.join(names))
    dataset = AudioVisualDataset(str(tmp_path / 'list.txt'), data_root=str(tmp_path))
    assert dataset.data_bytes.nbytes > 9e6
    (worker,) = DataLoader(AnnotationReader(dataset), batch_size=None, num_workers=1)
    assert worker['private'] < 2

"""Damaged files, seeded, through loader and scan: bounded time and memory, each accounted for."""

import resource
import time
from collections import Counter

import numpy as np
import pytest
from mmengine.dataset import pseudo_collate
from mutants import write_mutants
from pipelines import sync_pipeline
from torch.utils.data import DataLoader

from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.preparation.scan import Limits, scan

#: Seconds for one file, address space of a worker in bytes.
TIME_LIMIT, MEMORY_LIMITS = 10, (6 * 2**30,) * 2
REASONS = {'unreadable', 'no_video', 'no_audio', 'silent', 'too_short'}
PIPELINE = sync_pipeline(4, 32, clip_seconds=0.4, min_shift=0.2, test_mode=True)


def load_all(folder):
    """What the loader says of each file, with the seconds that it took."""
    data = AudioVisualDataset(data_root=str(folder), pipeline=PIPELINE, test_mode=True)
    bound = dict(worker_init_fn=lambda _: resource.setrlimit(resource.RLIMIT_AS, MEMORY_LIMITS))
    bound |= dict(num_workers=1, timeout=TIME_LIMIT, prefetch_factor=1)
    loader = DataLoader(data, collate_fn=pseudo_collate, **bound)
    found, before = {}, time.monotonic()
    for batch in loader:
        (sample,) = batch['data_samples']
        reason = sample.metainfo.get('unusable', ('used', ''))[0]
        if reason == 'used':
            assert batch['inputs']['imgs'][0].shape == (1, 3, 4, 32, 32)
            assert np.isfinite(batch['inputs']['audio'][0].numpy()).all()
        else:
            assert sample.unusable[1].startswith(f'{folder / sample.relpath}: ')
        found[sample.relpath] = (reason, time.monotonic() - before)
        before = time.monotonic()
    return found


@pytest.mark.parametrize('count', [70, pytest.param(1000, marks=pytest.mark.slow)])
def test_loader(tmp_path, count):
    names = write_mutants(tmp_path, count)
    found = load_all(tmp_path)
    assert sorted(found) == sorted(names)
    reasons, seconds = zip(*found.values(), strict=True)
    print(f'{count} damaged files: {dict(Counter(reasons))}; slowest {max(seconds):.2f} s')
    assert {'used', 'unreadable'} <= set(reasons) <= REASONS | {'used'}
    assert max(seconds) < TIME_LIMIT


@pytest.mark.slow
def test_scan(tmp_path):
    (tmp_path / 'data').mkdir()
    names = write_mutants(tmp_path / 'data', 1000)
    items = [dict(relpath=name, label=-1) for name in names]
    patient = dict(num_workers=2, timeout=6 * TIME_LIMIT)  # of wall time: the machine may be busy
    limits = Limits(min_seconds=0.6)
    summary = scan(tmp_path / 'data', items, tmp_path / 'out', limits, **patient)
    print(summary['verdicts'])
    assert summary['files'] == sum(summary['verdicts'].values()) == 1000
    # The scan survives a crash and a hang of the decoder and counts both; there was none.
    assert summary['verdicts']['crashed'] == 0

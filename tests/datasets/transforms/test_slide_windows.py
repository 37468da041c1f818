from types import SimpleNamespace

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import SlideSyncWindows


def slide(grid, name='a.mp4'):
    media = SimpleNamespace(common_span=(0.5, 3.5), path=name)
    return SlideSyncWindows(1.6, grid=grid)(dict(media=media, relpath=name))


def test_every_window_once_at_positions_fixed_by_file_and_uniform():
    results = slide(0.04)
    starts = results['window_starts']
    np.testing.assert_allclose(np.sort(starts), 0.5 + 0.04 * np.arange(36))
    np.testing.assert_allclose(results['shift'], starts - starts[0])
    assert starts[0] == pytest.approx(1.3) and results['clip_seconds'] == 1.6  # in every version
    # The segment holds the first window to the last.
    assert results['audio_start'] == 0.5
    assert results['audio_seconds'] == pytest.approx(1.6 + 0.04 * 35)
    found = [slide(0.35, str(i))['window_starts'][0] for i in range(500)]
    assert found == [slide(0.35, str(i))['window_starts'][0] for i in range(500)]
    counts = np.unique(np.round(found, 3), return_counts=True)[1]
    assert len(counts) == 5 and counts.min() > 70

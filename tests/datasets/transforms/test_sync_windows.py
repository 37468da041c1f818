from itertools import combinations, pairwise, permutations
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chisquare

from mmav_coattn.datasets.transforms import SampleSyncWindows
from mmav_coattn.datasets.transforms.sync_windows import stable_rng


def ordered_sets(num_slots, size, gap):
    """Every valid set in every order, by brute force."""
    sets = combinations(range(num_slots), size)
    valid = [members for members in sets if all(b - a >= gap for a, b in pairwise(members))]
    return [order for members in valid for order in permutations(members)]


def file_of(begin, end, name='clip.mp4'):
    return dict(media=SimpleNamespace(common_span=(begin, end), path=name), relpath=name)


@pytest.mark.parametrize('num_negatives', [0, 1, 3])
@pytest.mark.parametrize('audio_seconds', [None, 3.0])
@pytest.mark.parametrize('test_mode', [False, True])
def test_windows_lie_inside_the_segment_and_apart(num_negatives, audio_seconds, test_mode):
    settings = dict(min_shift=0.39, audio_seconds=audio_seconds, test_mode=test_mode)
    sampler = SampleSyncWindows(1.6, num_negatives, **settings)
    expected_seconds = audio_seconds or 1.6 + 2 * 0.4 * num_negatives
    for i in range(200):
        out = sampler(file_of(0.7, 4.8, f'{i}.mp4'))
        starts, first = out['window_starts'], out['audio_start']
        assert out['audio_seconds'] == pytest.approx(expected_seconds)
        assert 0.7 - 1e-6 <= first <= 4.8 - expected_seconds + 1e-6
        assert starts.shape == (1 + num_negatives,)
        assert starts.min() >= first - 1e-6
        assert starts.max() + 1.6 <= first + expected_seconds + 1e-6
        slots = (starts - first) / 0.04
        assert np.allclose(slots, np.round(slots), atol=1e-5)  # one grid, from the segment on
        assert (np.diff(np.sort(starts)) >= 0.39).all()
        assert out['shift'][0] == 0 and np.allclose(out['shift'], starts - starts[0])


@pytest.mark.parametrize(
    ('num_slots', 'size', 'gap'), [(8, 2, 3), (9, 3, 2), (7, 3, 3), (9, 2, 1), (6, 1, 2)]
)
def test_windows_are_uniform_over_all_ordered_sets(num_slots, size, gap):
    seconds = 1.0 + 0.25 * (num_slots - 1)
    windows = dict(min_shift=0.25 * gap, audio_seconds=seconds, grid=0.25)
    sampler = SampleSyncWindows(1.0, size - 1, **windows)
    counts, firsts = dict.fromkeys(ordered_sets(num_slots, size, gap), 0), []
    for _ in range(60 * len(counts)):
        out = sampler(file_of(0, seconds + 3.0))
        slots = (out['window_starts'] - out['audio_start']) / 0.25
        # A KeyError here is a draw that is no valid set.
        counts[tuple(np.round(slots).astype(int).tolist())] += 1
        firsts.append(out['audio_start'])
    assert chisquare(list(counts.values())).pvalue > 0.004
    # The segment itself lies anywhere in the file.
    assert chisquare(np.histogram(firsts, 6, (0, 3.0))[0]).pvalue > 0.004
    assert np.ptp(np.array(firsts) % 0.25) > 0.24


def test_segment_begins_on_the_grid_on_request():
    windows = dict(num_negatives=2, min_shift=0.3, audio_seconds=2.0, grid=0.05)
    sampler = SampleSyncWindows(1.0, **windows, random_phase=False)
    firsts = np.array([sampler(file_of(0.02, 2.22))['audio_start'] for _ in range(200)])
    slots = (firsts - 0.02) / 0.05
    assert np.allclose(slots, np.round(slots), atol=1e-5)
    assert set(np.round(slots)) == {0, 1, 2, 3, 4}


def test_fixed_by_seed_and_file_alone():
    def draw(name, seed=0):
        sampler = SampleSyncWindows(1.6, 1, test_mode=True, seed=seed)
        return sampler(file_of(0, 10, name))['window_starts'].tolist()

    first = [draw(f'{i}.mp4') for i in range(20)]
    np.random.seed(99)
    assert [draw(f'{i}.mp4') for i in reversed(range(20))] == first[::-1]
    assert [draw(f'{i}.mp4', seed=1) for i in range(20)] != first
    assert len({tuple(starts) for starts in first}) > 15
    # Worked once by hand; another Python, process or machine must give the same pairs.
    assert stable_rng(0, 'a/b.mp4', 0).integers(0, 1000, 4).tolist() == [404, 28, 152, 331]


def test_tightest_file_that_fits():
    sampler = SampleSyncWindows(1.6, 3, min_shift=0.4, audio_seconds=2.8, grid=0.04)
    out = sampler(file_of(0, 2.8 - 1e-8))
    assert np.sort(out['window_starts']) == pytest.approx([0, 0.4, 0.8, 1.2], abs=1e-6)
    assert out['audio_start'] == pytest.approx(0)

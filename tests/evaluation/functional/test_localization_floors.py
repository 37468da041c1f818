import numpy as np
import pytest

from mmav_coattn.evaluation.functional import (
    ciou_success_and_auc,
    consensus_ciou,
    disc_heatmap,
    floors_of_ground_truth,
    motion_energy_maps,
    onset_correlation_maps,
)
from mmav_coattn.evaluation.functional.localization import top_pixels


def centre_disc(size, count):
    return top_pixels(disc_heatmap(size), count)


def test_disc_around_the_centre():
    rows, columns = np.nonzero(centre_disc(224, 25088))
    assert abs(rows.mean() - 111.5) < 0.05 and abs(columns.mean() - 111.5) < 0.05
    assert np.hypot(rows - 111.5, columns - 111.5).max() < np.sqrt(25088 / np.pi) + 1
    assert centre_disc(3, 1).astype(int).tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_disc_around_a_location_that_the_generator_draws():
    heatmap = disc_heatmap(40, np.random.default_rng(3))
    y, x = np.random.default_rng(3).uniform(0, 40, 2)
    row, column = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert abs(row + 0.5 - y) <= 0.5 and abs(column + 0.5 - x) <= 0.5
    assert heatmap[7, 9] == pytest.approx(-((7.5 - y) ** 2) - (9.5 - x) ** 2)


def test_random_blobs_cover_the_image_evenly():
    rng = np.random.default_rng(0)
    counts = np.bincount([disc_heatmap(8, rng).argmax() for _ in range(2000)], minlength=64)
    assert counts.min() > 0 and counts.max() < 2.2 * counts.mean()


def test_motion_energy_against_a_loop():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (3, 5, 4, 4)).astype(np.uint8)
    found = motion_energy_maps(frames)
    for t in range(5):
        before, after = max(t - 1, 0), min(t + 1, 4)
        for y, x in ((0, 0), (2, 3)):
            changes = [
                abs(float(frames[c, after, y, x]) - float(frames[c, before, y, x]))
                / (after - before)
                for c in range(3)
            ]
            assert found[t, y, x] == pytest.approx(np.mean(changes))
    with pytest.raises(ValueError, match='at least two frames'):
        motion_energy_maps(frames[:, :1])


def test_blurred_motion_keeps_its_sum_inside():
    frames = np.zeros((1, 3, 33, 33))
    frames[0, 1, 16, 16] = 9.0
    plain, blurred = motion_energy_maps(frames), motion_energy_maps(frames, blur=1 / 16)
    assert blurred[0].sum() == pytest.approx(plain[0].sum(), rel=1e-3)
    sigma = 33 / 16
    assert blurred[0, 16, 18] / blurred[0, 16, 16] == pytest.approx(np.exp(-(2**2) / 2 / sigma**2))


def test_onset_correlation_against_a_loop():
    rng = np.random.default_rng(0)
    energy, wave = rng.random((7, 3, 4)), rng.standard_normal(7 * 20)
    level = [np.log(1e-4 + np.sqrt((wave[20 * t : 20 * t + 20] ** 2).mean())) for t in range(7)]
    onset = [0.0] + [max(level[t] - level[t - 1], 0.0) for t in range(1, 7)]
    table = np.array(
        [[np.corrcoef(onset, energy[:, y, x])[0, 1] for x in range(4)] for y in range(3)]
    )
    weight = np.exp(1.5 * (table - table.mean()) / table.std())
    found = onset_correlation_maps(energy, wave, sharpness=1.5)
    np.testing.assert_allclose(found, energy * weight)
    np.testing.assert_array_equal(onset_correlation_maps(energy, np.zeros(140)), energy)
    with pytest.raises(ValueError, match='fewer than the 7 frames'):
        onset_correlation_maps(energy, np.zeros(6))


def test_floors_of_ground_truth_against_the_single_functions():
    rng = np.random.default_rng(0)
    gts = [
        np.pad(np.ones((h, w)), ((y, 20 - h - y), (x, 20 - w - x)))
        for y, x, h, w in rng.integers(1, 9, (12, 4))
    ]
    gts[3] = np.ones((20, 20))  # more than half the image
    floors = floors_of_ground_truth(iter(gts))
    half = 200
    slow = dict(
        centre_disc=[consensus_ciou(centre_disc(20, half), gt) for gt in gts],
        centre_disc_adaptive=[consensus_ciou(centre_disc(20, int(gt.sum())), gt) for gt in gts],
        whole_image=[gt.mean() for gt in gts],
        perfect_half=[min(gt.sum(), half) / max(gt.sum(), half) for gt in gts],
    )
    for name, cious in slow.items():
        expected = ciou_success_and_auc(cious)
        assert floors[name] == pytest.approx(expected)
    with pytest.raises(ValueError, match='no ground truth'):
        floors_of_ground_truth([])

import numpy as np
import pytest

from mmav_coattn.evaluation import functional as ef
from mmav_coattn.evaluation.functional.localization_floors import (
    disc_heatmap,
    motion_energy_maps,
    onset_correlation_maps,
)


def test_disc_around_the_centre_and_motion_energy_against_a_loop():
    rows, columns = np.nonzero(ef.binarize_top_fraction(disc_heatmap(224)))
    assert abs(rows.mean() - 111.5) < 0.05 and abs(columns.mean() - 111.5) < 0.05
    assert np.hypot(rows - 111.5, columns - 111.5).max() < np.sqrt(25088 / np.pi) + 1
    assert disc_heatmap(3).argmax() == 4
    frames = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 4)).astype(np.uint8)
    found = motion_energy_maps(frames)
    for t in range(5):
        before, after = max(t - 1, 0), min(t + 1, 4)
        change = np.abs(frames[:, after].astype(float) - frames[:, before]) / (after - before)
        np.testing.assert_allclose(found[t], change.mean(axis=0))
    frames = np.zeros((1, 3, 33, 41))
    frames[0, 1, 16, 16] = 9.0
    sigma, blurred = 33 / 16, motion_energy_maps(frames, blur=1 / 16)
    assert blurred[0, 16, 18] / blurred[0, 16, 16] == pytest.approx(np.exp(-(2**2) / 2 / sigma**2))
    assert not blurred[1].any()  # nothing is blurred in time


def test_onset_correlation_against_a_loop():
    rng = np.random.default_rng(0)
    energy, wave = rng.random((7, 3, 4)), rng.standard_normal(7 * 20)
    level = [np.log(1e-4 + np.sqrt((wave[20 * t : 20 * t + 20] ** 2).mean())) for t in range(7)]
    onset = [0.0] + [max(level[t] - level[t - 1], 0.0) for t in range(1, 7)]
    columns = energy.reshape(7, 12).T
    table = np.array([np.corrcoef(onset, each)[0, 1] for each in columns]).reshape(3, 4)
    weight = np.exp(2 * (table - table.mean()) / table.std())
    np.testing.assert_allclose(onset_correlation_maps(energy, wave), energy * weight)
    np.testing.assert_array_equal(onset_correlation_maps(energy, np.zeros(140)), energy)


def test_floors_of_ground_truth_against_the_single_functions():
    rng = np.random.default_rng(0)
    gts = np.zeros((12, 20, 20))
    for gt, (y, x, h, w) in zip(gts, rng.integers(1, 9, (12, 4)), strict=True):
        gt[y : y + h, x : x + w] = 1
    gts[3] = 1  # more than half the image
    floors, disc, top = ef.floors_of_ground_truth(gts), disc_heatmap(20), ef.binarize_top_fraction
    slow = dict(
        centre_disc=lambda gt: ef.consensus_ciou(top(disc), gt),
        centre_disc_adaptive=lambda gt: ef.consensus_ciou(top(disc, gt.mean()), gt),
        whole_image=np.mean,
        perfect_half=lambda gt: min(gt.sum(), 200) / max(gt.sum(), 200),
    )
    for name, ciou in slow.items():
        assert floors[name] == pytest.approx(ef.ciou_success_and_auc([ciou(gt) for gt in gts]))

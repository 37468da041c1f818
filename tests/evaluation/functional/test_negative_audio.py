import numpy as np
import pytest

from mmav_coattn.evaluation.functional import ciou_success_and_auc, consensus_ciou
from mmav_coattn.evaluation.functional.negative_audio import negative_audio_scores, threshold_curves


def test_curves_equal_loops():
    rng = np.random.default_rng(0)
    heatmap = rng.integers(0, 8, (9, 7)) / 4  # many ties, some at a threshold
    truth = rng.integers(0, 3, (9, 7)) / 2  # a consensus: 0, half, 1
    thresholds = np.arange(12) / 5
    cious, areas = threshold_curves(heatmap, truth, thresholds)
    for k, threshold in enumerate(thresholds):
        mask = heatmap > threshold
        assert cious[k] == pytest.approx(consensus_ciou(mask, truth))
        assert areas[k] == pytest.approx(mask.mean())
    # Nothing to find: whatever is predicted is wrong, and nothing is no cIoU either.
    assert threshold_curves(heatmap, 0 * truth, [0, 9])[0].tolist() == [0, 0]


def slow_reference(cious, positives, areas):
    """The peers' figures of one kind of negatives, image by image."""
    steps = np.arange(21) / 20
    auc = ciou_success_and_auc(cious)['auc']
    shares = np.array([np.mean(areas <= t) for t in steps])
    pia_auc = (shares[1:] + shares[:-1]).sum() / 40
    ciou, pia = sum(cious) / len(cious), sum(areas) / len(areas)
    found, false = sum(a > 0 for a in positives), sum(a > 0 for a in areas)
    return dict(
        pia=pia,
        pia_auc=pia_auc,
        f=2 * ciou * (1 - pia) / (ciou + 1 - pia),
        f_auc=2 * auc * pia_auc / (auc + pia_auc),
        f1=2 * found / (2 * found + false + len(positives) - found),
    )


def test_scores_equal_a_slow_reference():
    rng = np.random.default_rng(1)
    cious = rng.random(40)
    positives = rng.random(10) * rng.integers(0, 2, 10)
    negatives = {
        'silence': rng.random(30) ** 4,
        'noise': rng.random(20),
        'off_screen': np.array([0, 0.25, 0.5, 1]),  # at thresholds of the AUC
    }
    figures = negative_audio_scores(cious, positives, negatives)
    for kind, areas in negatives.items():
        for name, value in slow_reference(cious, positives, areas).items():
            assert figures[f'{name}_{kind}'] == pytest.approx(value), (name, kind)
    assert figures['ciou_at_threshold'] == pytest.approx(cious.mean())
    assert figures['ciou50_at_threshold'] == pytest.approx((cious >= 0.5).mean())
    empty = np.mean([1 - areas.mean() for areas in negatives.values()])
    harmonic = 2 * cious.mean() * empty / (cious.mean() + empty)
    assert figures['f_negatives'] == pytest.approx(harmonic)


def test_scores_of_trivial_predictors_by_hand():
    whole = negative_audio_scores([0.04], [1.0], dict(noise=[1.0]))
    assert whole['pia_noise'] == 1 and whole['f_noise'] == 0 and whole['f_negatives'] == 0
    assert whole['f1_noise'] == pytest.approx(2 / 3)
    empty = negative_audio_scores([0.0], [0.0], dict(noise=[0.0]))
    assert empty['pia_noise'] == empty['f_noise'] == empty['f1_noise'] == 0

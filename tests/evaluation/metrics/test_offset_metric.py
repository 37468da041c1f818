import numpy as np
import pytest
import torch

from mmav_coattn.evaluation.metrics.offset_metric import OffsetMetric, sliding_figures


def test_figures_by_hand():
    shifts = np.array([-0.08, -0.04, 0.0, 0.04])
    curves = [
        (shifts, np.array([0.0, 0, 9, 0])),  # exact
        (shifts, np.array([0.0, 9, 0, 0])),  # one step off
        (shifts, np.array([9.0, 0, 8, 0])),  # two steps off
    ]
    figures = sliding_figures(curves, tolerance=0.04)
    assert figures['acc1'] == pytest.approx(1 / 3)
    assert figures['acc1_tol'] == pytest.approx(2 / 3)
    assert figures['median_abs_error'] == pytest.approx(0.04)
    assert figures['chance_acc1'] == pytest.approx(1 / 4)
    assert figures['chance_acc1_tol'] == pytest.approx(3 / 4)


def sample(name, shifts, scores):
    return dict(relpath=name, shift=shifts, sync_scores=torch.tensor(scores))


def test_figures_of_samples():
    metric = OffsetMetric()
    # Sorted by shift: of equal scores the middle, here that of the lower shift.
    metric.process(None, [sample('a', [0.0, 0.04, -0.04], [2.0, 2.0, 1.0])])
    metric.process(None, [sample('b', [0.0, -0.04, -0.08], [1.0, 0.0, 3.0])])
    metric.process(None, [dict(relpath='c', unusable=('silent', 'c: is silent'))])
    figures = metric.evaluate(3)
    assert figures['offset/acc1'] == 0.5 and figures['offset/num_files'] == 2
    assert figures['offset/median_abs_error'] == pytest.approx(0.04)
    assert figures['offset/left_out'] == 1

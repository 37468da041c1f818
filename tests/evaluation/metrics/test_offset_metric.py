import pytest
import torch

from mmav_coattn.evaluation.metrics.offset_metric import OffsetMetric


def sample(shifts, scores):
    return dict(relpath='a', shift=shifts, sync_scores=torch.tensor(scores))


def test_figures_by_hand():
    metric, shifts = OffsetMetric(), [-0.08, 0.0, -0.04, 0.04]
    exact, one_off, two_off = [0.0, 9, 0, 0], [0.0, 0, 9, 0], [9.0, 8, 0, 0]
    metric.process(None, [sample(shifts, scores) for scores in (exact, one_off, two_off)])
    # Of equal scores the middle by shift, here the lower of 0 and 0.04.
    metric.process(None, [sample([0.04, 0.0], [2.0, 2.0])])
    metric.process(None, [dict(relpath='c', unusable=('silent', 'c: is silent'))])
    expected = dict(acc1=2 / 4, acc1_tol=3 / 4, median_abs_error=0.02, num_files=4, left_out=1)
    expected |= dict(chance_acc1=(3 / 4 + 1 / 2) / 4, chance_acc1_tol=(3 * 3 / 4 + 1) / 4)
    found = metric.evaluate(5)
    assert found == pytest.approx({f'offset/{name}': value for name, value in expected.items()})

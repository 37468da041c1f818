import numpy as np
import pytest

from mmav_coattn.evaluation.functional import offset_accuracy


def test_tolerance_the_five_highest_and_equal_scores_by_hand():
    # hit; one beside; one beside at the end; three beside; from end to end, as nothing wraps around
    logits, targets = np.eye(21)[[10, 11, 1, 17, 20]], [10, 10, 0, 20, 0]
    assert offset_accuracy(logits, targets)['acc1'] == 1 / 5
    accuracies = [offset_accuracy(logits, targets, t)['acc1_tol'] for t in (0, 1, 2, 3)]
    assert accuracies == pytest.approx([1 / 5, 3 / 5, 3 / 5, 4 / 5])
    logits = np.arange(21.0)[None].repeat(3, 0)  # ranked 20, 19, 18, 17, 16, 15 ...
    assert offset_accuracy(logits, [16, 15, 20])['acc5'] == pytest.approx(2 / 3)
    result = offset_accuracy(np.zeros((6, 21)), [0, 1, 2, 3, 4, 5])
    assert result['acc1'] == pytest.approx(1 / 6) and result['acc5'] == pytest.approx(5 / 6)

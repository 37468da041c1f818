import numpy as np
import pytest

from mmav_coattn.evaluation.functional import offset_accuracy


def one_hot_like(predictions, num_classes=21):
    logits = np.zeros((len(predictions), num_classes))
    logits[np.arange(len(predictions)), predictions] = 1
    return logits


def test_by_hand():
    # hit; one beside; one beside at the end; three beside; from end to end, as nothing wraps around
    result = offset_accuracy(one_hot_like([10, 11, 1, 17, 20]), [10, 10, 0, 20, 0])
    assert result['acc1'] == 1 / 5 and result['acc1_tol'] == 3 / 5


def test_tolerance_is_an_argument():
    logits, targets = one_hot_like([5, 5, 5]), [5, 7, 8]
    accuracies = [offset_accuracy(logits, targets, t)['acc1_tol'] for t in (0, 1, 2, 3)]
    assert accuracies == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1])


def test_the_five_highest_and_equal_scores_by_class():
    logits = np.arange(21.0)[None].repeat(3, 0)  # ranked 20, 19, 18, 17, 16, 15 ...
    assert offset_accuracy(logits, [16, 15, 20])['acc5'] == pytest.approx(2 / 3)
    result = offset_accuracy(np.zeros((6, 21)), [0, 1, 2, 3, 4, 5])
    assert result['acc1'] == pytest.approx(1 / 6) and result['acc5'] == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    'arguments',
    [
        (np.full((1, 3), np.nan), [0]),
        (np.zeros((2, 3)), [0]),
        (np.zeros((1, 3)), [3]),
        (np.zeros((1, 3)), [0.5]),
        (np.zeros((1, 3)), [0], -1),
    ],
)
def test_bad_arguments_are_errors(arguments):
    with pytest.raises(ValueError, match=r'\w'):
        offset_accuracy(*arguments)

import numpy as np
import pytest

from mmav_coattn.evaluation.functional import offset_accuracy


def one_hot_like(predictions, num_classes=21):
    logits = np.zeros((len(predictions), num_classes))
    logits[np.arange(len(predictions)), predictions] = 1
    return logits


def test_by_hand():
    # hit; one beside; one beside at the end; three beside
    result = offset_accuracy(one_hot_like([10, 11, 1, 17]), [10, 10, 0, 20])
    assert result['acc1'] == 0.25
    assert result['acc1_tol'] == 0.75


def test_the_grid_does_not_wrap_around():
    assert offset_accuracy(one_hot_like([20]), [0])['acc1_tol'] == 0.0
    assert offset_accuracy(one_hot_like([19]), [20])['acc1_tol'] == 1.0


def test_tolerance_is_an_argument():
    logits, targets = one_hot_like([5, 5, 5]), [5, 7, 8]
    accuracies = [offset_accuracy(logits, targets, t)['acc1_tol'] for t in (0, 1, 2, 3)]
    assert accuracies == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1])


def test_acc5_counts_the_five_highest():
    logits = np.arange(21.0)[None].repeat(3, 0)  # ranked 20, 19, 18, 17, 16, 15 ...
    assert offset_accuracy(logits, [16, 15, 20])['acc5'] == pytest.approx(2 / 3)


def test_equal_scores_rank_by_class():
    logits = np.zeros((6, 21))
    result = offset_accuracy(logits, [0, 1, 2, 3, 4, 5])
    assert result['acc1'] == pytest.approx(1 / 6)
    assert result['acc5'] == pytest.approx(5 / 6)


def test_chance_on_random_scores():
    rng = np.random.default_rng(0)
    result = offset_accuracy(rng.random((20000, 21)), rng.integers(0, 21, 20000))
    assert result['acc1'] == pytest.approx(1 / 21, abs=0.006)
    assert result['acc5'] == pytest.approx(5 / 21, abs=0.01)
    assert result['acc1_tol'] == pytest.approx((19 * 3 + 2 * 2) / 21 / 21, abs=0.01)


@pytest.mark.parametrize(
    'arguments',
    [
        (np.full((1, 3), np.nan), [0]),
        (np.zeros((2, 3)), [0]),
        (np.zeros((1, 3)), [3]),
        (np.zeros((1, 3)), [0.5]),
        (np.zeros(3), [0]),
        (np.zeros((1, 3)), [0], -1),
    ],
)
def test_bad_arguments_are_errors(arguments):
    with pytest.raises(ValueError, match=r'\w'):
        offset_accuracy(*arguments)

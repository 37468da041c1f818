import numpy as np
import pytest

from mmav_coattn.evaluation.functional.offset_course import find_course
from mmav_coattn.evaluation.functional.offset_curve import Confidence

STEP, CLIP = 0.04, 20
SHIFTS = np.round(np.arange(-15, 16) * STEP, 2)
TIMES = (np.arange(400) + 0.5) * STEP


def scores_of(offsets, height=4.0, noise=0.5):
    """(W, S) parabolas with their tops at the offsets, and noise that lasts as long as a clip."""
    random = np.random.default_rng(0).normal(size=(len(offsets) + CLIP, len(SHIFTS)))
    sums = np.cumsum(random, axis=0)
    slow = (sums[CLIP:] - sums[:-CLIP]) / np.sqrt(CLIP)
    away = (SHIFTS - np.asarray(offsets)[:, None]) / (3 * STEP)
    return height * (1 - away**2).clip(-1) + noise * slow


def jump(*offsets, at=(200,)):
    parts = zip(np.split(TIMES, at), offsets, strict=True)
    return np.concatenate([np.full(len(part), offset) for part, offset in parts])


@pytest.mark.parametrize(
    ('offsets', 'at'),
    [((0.0, 0.24), (200,)), ((-0.2, 0.2, -0.2), (120, 250)), ((0.12, 0.04), (170,))],
)
def test_jumps(offsets, at):
    found, line = find_course(TIMES, SHIFTS, scores_of(jump(*offsets, at=at)), Confidence(CLIP))
    assert line is None
    assert [part.estimate.offset for part in found] == pytest.approx(offsets, abs=STEP / 2)
    assert [part.first for part in found] == pytest.approx([0, *at], abs=3)
    assert all(part.estimate.confidence > 0.9 for part in found)
    found, _ = find_course(TIMES, SHIFTS, scores_of(jump(*offsets, at=at), 20, 0), Confidence(CLIP))
    assert [part[:2] for part in found] == list(zip([0, *at], [*at, 400], strict=True))


# The last clips lack the right shift, and match well enough at another.
MISSING = scores_of(np.full(400, 0.48))
MISSING[-60:, 20:] = MISSING[100:130] = np.nan
MISSING[-60:, 5] = 3.0


@pytest.mark.parametrize(
    'scores',
    [
        MISSING,
        scores_of(np.full(400, 0.2)),
        scores_of(np.full(400, 0.2), noise=2.0),
        # One step is less than a jump.
        scores_of(jump(0.0, 0.04), height=20.0),
        # After the cut one shift is better than all others, but not in sync.
        np.concatenate([scores_of(np.zeros(200)), scores_of(np.full(200, 0.4)) - 6]),
        # For less than half a clip the audio matches elsewhere.
        scores_of(jump(0.0, 0.4, 0.0, at=(200, 208))),
        scores_of(np.zeros(400), height=0.0, noise=2.0) - 2,
    ],
    ids=['missing', 'constant', 'noise', 'one step', 'unknown side', 'moment', 'nothing'],
)
def test_what_is_no_jump_and_no_drift(scores):
    assert find_course(TIMES, SHIFTS, scores, Confidence(CLIP)) == ([], None)


@pytest.mark.parametrize('change', [-0.5, 0.16, 0.5])
def test_drift(change):
    times = (np.arange(2000) + 0.5) * STEP
    scores = scores_of(-0.1 + change * times / 80)
    found, line = find_course(times, SHIFTS, scores, Confidence(CLIP))
    assert not found
    assert line.rate * 80 == pytest.approx(change, abs=0.02)
    assert line.at_zero == pytest.approx(-0.1, abs=0.02)

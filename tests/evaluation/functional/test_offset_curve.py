import numpy as np
import pytest

from mmav_coattn.evaluation.functional.offset_curve import (
    Confidence,
    estimate_offset,
    mean_curve,
    refine_peak,
)

SHIFTS = np.round(np.arange(-25, 26) * 0.04, 2)
ONE_CLIP = Confidence(10**9)


def parabola(offset, height=8.0, width=0.2):
    return height * (1 - ((SHIFTS - offset) / width) ** 2).clip(-1.5)


def test_top_of_a_parabola_is_found_between_the_steps_if_it_has_neighbours():
    for offset in (-0.955, -0.613, -0.04, 0.0, 0.0171, 0.25, 0.955):
        assert refine_peak(SHIFTS, parabola(offset)) == pytest.approx(offset, abs=1e-9)
    # The mean leaves out what is not there.
    curve = mean_curve(np.stack([parabola(0.0), parabola(0.02), np.full(51, np.nan)]))
    np.testing.assert_allclose(curve, (parabola(0.0) + parabola(0.02)) / 2)
    curve[26] = np.nan
    assert refine_peak(SHIFTS, curve) == 0.0
    assert refine_peak(SHIFTS, SHIFTS) == 1.0


def test_confidence():
    # Flat: 5 of 51 shifts are near the best one, and half of sigmoid(0) is left.
    middle = np.zeros(51)
    middle[25] = 1e-12
    assert ONE_CLIP.of(middle, 1) == pytest.approx(5 / 51 / 2)
    # A clear peak of logit 2, all else far below: sigmoid(2).
    clear = np.full(51, -40.0)
    clear[1] = 2.0
    assert ONE_CLIP.of(clear, 1) == pytest.approx(1 / (1 + np.exp(-2.0)))
    # A clear peak that does not look in sync at all.
    assert ONE_CLIP.of(clear - 12, 1) < 1e-4
    # The offset may also be one of the 40 shifts of 51 that a short file leaves untried.
    clear[11:] = np.nan
    assert ONE_CLIP.of(clear, 1) == pytest.approx(11 / 51 / (1 + np.exp(-2.0)))
    # Two peaks share it.
    clear = np.where(np.isnan(clear), -40.0, clear)
    clear[10] = 2.0
    assert ONE_CLIP.of(clear, 1) == pytest.approx(0.5 / (1 + np.exp(-2.0)))


def test_confidence_over_several_clips_and_calibrated():
    curve = np.full(51, -1.0)
    curve[25] = 0.0
    # 33 windows of clips of 8 are 5 clips: 1 + 32 / 8. Five near shifts, of which one stands out.
    other = np.exp(-np.sqrt(5.0))
    near = (1 + 4 * other) / (1 + 50 * other)
    assert Confidence(8).of(curve, 33) == pytest.approx(near / 2)
    assert Confidence(8).of(curve, 33) > ONE_CLIP.of(curve, 33)
    logit = np.log(near / 2 / (1 - near / 2))
    calibrated = Confidence(8, gain=2.0, bias=1.5).of(curve, 33)
    assert calibrated == pytest.approx(1 / (1 + np.exp(-2.0 * logit - 1.5)))


def test_estimate_says_when_it_cannot_tell():
    def estimate(*curves):
        return estimate_offset(SHIFTS, np.stack(curves), ONE_CLIP)

    found = estimate(parabola(0.25), parabola(0.25, height=6))
    assert found.offset == found.best == pytest.approx(0.25) and found.confidence > 0.9
    flat = estimate(*np.full((3, 51), 5.0))
    assert flat.offset is None and flat.confidence < 0.1
    beyond = estimate(parabola(1.3))
    assert beyond.offset is None and beyond.at_edge and beyond.best == 1.0
    # A file so short that it has no later windows than those of the best shift.
    short = parabola(0.2)
    short[31:] = np.nan
    assert estimate(short).at_edge

import json
import runpy

import numpy as np
import pytest
from paths import TOOLS

TOOL = runpy.run_path(str(TOOLS / 'analysis_tools/calibrate.py'))


def write(path, sure, right, **more):
    files = [
        dict(confidence=float(c), best=0.0 if r else 0.5, shift=0.0, **more)
        for c, r in zip(sure, right, strict=True)
    ]
    path.write_text(json.dumps(dict(files=files)))
    return path


def test_known_gain_and_bias(tmp_path, here):
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, 20000)  # logits of the share that is right
    right = rng.random(20000) < 1 / (1 + np.exp(-true))
    said = 1 / (1 + np.exp(-(true - 1.0) / 2))
    path = write(tmp_path / 'own.json', said, right)
    sure, truth, own = TOOL['read']([path], 0.1)
    gain, bias = TOOL['fit'](sure, truth & own)
    assert gain == pytest.approx(2.0, abs=0.1) and bias == pytest.approx(1.0, abs=0.1)
    done = here('analysis_tools/calibrate.py', path)
    assert done.code == 0 and 'calibration=(' in done.out


def test_the_audio_of_another_is_never_right(tmp_path):
    path = write(tmp_path / 'other.json', [0.9, 0.8], [True, True], audio_of='b.mp4')
    sure, right, own = TOOL['read']([path], 0.1)
    assert sure.tolist() == [0.9, 0.8] and not right.any() and not own.any()


def test_share_that_can_be_answered():
    sure, right = np.array([0.1, 0.9, 0.8, 0.7, 0.6]), np.array([True, True, True, False, True])
    # The surest two are right, three of four, and four of five.
    shares = [TOOL['largest_share'](sure, *each) for each in ((right, 0.75), (right,), (~right,))]
    assert shares == [1.0, 0.4, 0.0]

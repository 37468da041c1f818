import math

import numpy as np
import torch

from mmav_coattn.models.necks.time_alignment import (
    neighbour_steps,
    resample_time,
    step_times,
    time_code,
)


def test_step_times_of_strided_towers():
    # 161 frames at 10 ms, stride 4: 41 steps at 0, 0.04, ... 1.6 s.
    torch.testing.assert_close(step_times(41, 161, 0.01, 0.0), torch.arange(41) * 0.04)
    # 8 frames of 0.1 s, taken in their middle, stride 1 and 2.
    torch.testing.assert_close(step_times(8, 8, 0.1, 0.05), 0.05 + torch.arange(8) * 0.1)
    torch.testing.assert_close(step_times(4, 8, 0.1, 0.05), 0.05 + torch.arange(4) * 0.2)


def test_resample_time_equals_numpy():
    rng = np.random.default_rng(0)
    source, target = np.arange(41) * 0.04, 0.02 + np.arange(40) * 0.04
    target[-1] = 1.7  # past the end: held
    features = rng.normal(size=(2, 3, 41))
    ours = resample_time(*map(torch.from_numpy, (features, source, target)))
    expected = [[np.interp(target, source, row) for row in item] for item in features]
    np.testing.assert_allclose(ours.numpy(), expected)


def test_resample_one_step():
    out = resample_time(torch.ones(2, 1), torch.tensor([0.5]), torch.tensor([0.1, 0.9]))
    assert out.tolist() == [[1, 1], [1, 1]]


def test_time_code_depends_on_seconds_alone():
    code = time_code(torch.tensor([0.0, 0.3]), 8)
    torch.testing.assert_close(code, time_code(torch.tensor([0.0, 0.1, 0.3]), 8)[[0, 2]])
    assert code[1, 0].item() == math.sin(0.3 * 2 * math.pi / 0.08) or torch.isclose(
        code[1, 0], torch.tensor(math.sin(0.3 * 2 * math.pi / 0.08)), atol=1e-4
    )


def test_neighbour_steps_repeat_the_ends():
    features = torch.arange(4.0).view(1, 4, 1, 1)
    assert neighbour_steps(features, 1)[0, :, :, 0].tolist() == [
        [0, 0, 1],
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 3],
    ]
    assert neighbour_steps(features, 0) is features

import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.time_bias import (
    RelativeTimeBias,
    TimeDistanceBias,
    build_time_bias,
    neighbour_offsets,
    spread_bias,
    step_offsets,
)


def test_offsets_by_hand():
    assert step_offsets(3).tolist() == [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]
    assert neighbour_offsets(2).tolist() == [[-2, -1, 0, 1, 2]]


def test_slope_by_hand():
    bias = spread_bias(TimeDistanceBias(2, slope=0.5)(step_offsets(3)), 2, 2)
    assert bias.shape == (2, 6, 6)
    row = torch.tensor([-0.5, -0.5, 0, 0, -0.5, -0.5])  # a query of step 1, streams 0 and 1
    torch.testing.assert_close(bias[0, 1], row)
    torch.testing.assert_close(bias[1, 4], row)


def test_table_equals_loop():
    bias = RelativeTimeBias(2, max_steps=2)
    torch.nn.init.normal_(bias.table)
    found = bias(step_offsets(5))
    for head in range(2):
        for query in range(5):
            for key in range(5):
                entry = 2 + min(max(key - query, -2), 2)  # later keys on the right
                assert found[head, query, key] == bias.table[head, entry]


def test_table_begins_as_a_slope():
    offsets = step_offsets(4)
    slope = TimeDistanceBias(3, slope=0.7)(offsets)
    torch.testing.assert_close(RelativeTimeBias(3, max_steps=4, slope=0.7)(offsets), slope)
    assert not RelativeTimeBias(3)(offsets).any()


def test_kinds():
    assert build_time_bias(False, 2, 1.0, 1.0) is None
    assert build_time_bias(None, 2, 1.0, 1.0) is None
    assert isinstance(build_time_bias(True, 2, 1.0, 1.0), TimeDistanceBias)
    assert isinstance(build_time_bias('slope', 2, 1.0, 1.0), TimeDistanceBias)
    assert build_time_bias('table', 2, 1.0, 0.0, max_steps=3).table.shape == (2, 7)
    with pytest.raises(ConfigError, match="time bias of 'alibi'"):
        build_time_bias('alibi', 2, 1.0, 1.0)

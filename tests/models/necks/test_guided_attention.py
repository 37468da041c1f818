import pytest
import torch

from mmav_coattn.models.necks.guided_attention import (
    GuidedAttention,
    TemporalSelfAttention,
    TimeDistanceBias,
)


def slow_guided(module, stream, tokens, code):
    """Each query alone with the tokens it may see."""
    seen, weights = torch.zeros_like(stream), torch.zeros(*stream.shape[:3], tokens.shape[2])
    steps = tokens.shape[1]
    for item in range(len(stream)):
        for j in range(stream.shape[1]):
            for t in range(steps):
                if module.scope == 'frame':
                    times = [
                        min(max(t + offset, 0), steps - 1)
                        for offset in range(-module.window, module.window + 1)
                    ]
                else:
                    times = range(steps)
                memory = torch.cat([tokens[item, time] for time in times])[None]
                query = module.query_norm(stream[item, j, t])[None, None]
                keys, values = module.attention.project_memory(memory)
                bias = None
                if module.scope == 'clip':
                    coded = torch.cat([tokens[item, time] + code[time] for time in times])[None]
                    query, keys = query + code[t], module.attention.key(coded)
                    slopes = module.time_bias.log_slope.exp()
                    apart = [abs(t - time) for time in times for _ in range(tokens.shape[2])]
                    bias = -slopes[:, None, None] * torch.tensor(apart)
                seen[item, j, t] = module.attention(query, keys, values, bias)
                weight = module.attention.weights(query, keys, bias).mean(dim=1)[0, 0]
                weights[item, j, t] = weight.view(len(times), -1).sum(dim=0)
    return seen, weights


@pytest.mark.parametrize('scope, window', [('frame', 0), ('frame', 2), ('clip', 0)])
def test_equals_loop(scope, window):
    torch.manual_seed(0)
    module = GuidedAttention(8, 2, scope, window).eval()
    stream, tokens = torch.randn(2, 3, 5, 8), torch.randn(2, 5, 4, 8)
    code = torch.randn(5, 8)
    with torch.no_grad():
        seen, by_head = module(stream, tokens, code, return_weights=True)
        assert by_head.shape == (2, 2, 3, 5, 4)
        weights = by_head.mean(dim=1)
        slow_seen, slow_weights = slow_guided(module, stream, tokens, code)
    torch.testing.assert_close(seen, slow_seen)
    torch.testing.assert_close(weights, slow_weights)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 3, 5))
    assert module(stream, tokens, code)[1] is None


def test_frame_scope_sees_its_own_time_only():
    torch.manual_seed(0)
    module = GuidedAttention(8, 2, 'frame', 1).eval()
    stream = torch.randn(1, 1, 6, 8)
    tokens = torch.randn(1, 6, 4, 8, requires_grad=True)
    module(stream, tokens, torch.zeros(6, 8))[0][0, 0, 3].sum().backward()
    touched = tokens.grad.abs().sum(dim=(0, 2, 3)).nonzero().flatten().tolist()
    assert touched == [2, 3, 4]


def test_self_attention_keeps_streams_apart():
    torch.manual_seed(0)
    module = TemporalSelfAttention(8, 2)
    stream = torch.randn(2, 3, 5, 8)
    code = torch.randn(5, 8)
    torch.testing.assert_close(module(stream, code)[1, 2], module(stream[1:, 2:], code)[0, 0])


def test_time_bias_by_hand():
    bias = TimeDistanceBias(2, slope=0.5)(steps=3, num_streams=2, num_tokens=2)
    assert bias.shape == (2, 6, 6)
    row = torch.tensor([-0.5, -0.5, 0, 0, -0.5, -0.5])  # a query of step 1, streams 0 and 1
    torch.testing.assert_close(bias[0, 1], row)
    torch.testing.assert_close(bias[1, 4], row)


def test_steep_time_bias_is_frame_scope():
    """With other times out of reach, and no position code, a clip is its frames."""
    torch.manual_seed(0)
    frame = GuidedAttention(8, 2, 'frame', 0).eval()
    clip = GuidedAttention(8, 2, 'clip', 0).eval()
    clip.load_state_dict(frame.state_dict(), strict=False)
    torch.nn.init.constant_(clip.time_bias.log_slope, 9.0)
    stream, tokens, code = torch.randn(2, 3, 4, 8), torch.randn(2, 4, 5, 8), torch.zeros(4, 8)
    seen, weights = clip(stream, tokens, code, return_weights=True)
    expected, expected_weights = frame(stream, tokens, code, return_weights=True)
    torch.testing.assert_close(seen, expected)
    torch.testing.assert_close(weights, expected_weights)

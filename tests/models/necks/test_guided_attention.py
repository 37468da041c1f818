import pytest
import torch

from mmav_coattn.models.necks.guided_attention import GuidedAttention, TemporalSelfAttention


def slow_bias(bias, steps_after):
    """(heads, 1, L) of keys that lie so many steps after their query."""
    if hasattr(bias, 'table'):
        middle = bias.table.shape[1] // 2
        columns = [
            bias.table[:, middle + min(max(s, -middle), middle)] for s in steps_after
        ]  # fmt: skip
        return torch.stack(columns, dim=-1)[:, None]
    return -bias.log_slope.exp()[:, None, None] * torch.tensor([abs(s) for s in steps_after])


def slow_guided(module, stream, tokens, code):
    """Each query alone with the tokens it may see."""
    seen, weights = torch.zeros_like(stream), torch.zeros(*stream.shape[:3], tokens.shape[2])
    steps = tokens.shape[1]
    for item in range(len(stream)):
        for j in range(stream.shape[1]):
            for t in range(steps):
                if module.scope == 'frame':
                    after = range(-module.window, module.window + 1)
                    times = [min(max(t + offset, 0), steps - 1) for offset in after]
                else:
                    times = range(steps)
                    after = [time - t for time in times]
                memory = torch.cat([tokens[item, time] for time in times])[None]
                query = module.query_norm(stream[item, j, t])[None, None]
                keys, values = module.attention.project_memory(memory)
                bias = None
                if module.scope == 'clip':
                    coded = torch.cat([tokens[item, time] + code[time] for time in times])[None]
                    query, keys = query + code[t], module.attention.key(coded)
                if module.time_bias is not None:
                    of_each = [step for step in after for _ in range(tokens.shape[2])]
                    bias = slow_bias(module.time_bias, of_each)
                seen[item, j, t] = module.attention(query, keys, values, bias)
                weight = module.attention.weights(query, keys, bias).mean(dim=1)[0, 0]
                weights[item, j, t] = weight.view(len(times), -1).sum(dim=0)
    return seen, weights


@pytest.mark.parametrize('scope, window', [('frame', 0), ('frame', 2), ('clip', 0)])
@pytest.mark.parametrize('time_bias', ['slope', 'table'])
@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
def test_equals_loop(scope, window, time_bias, activation):
    torch.manual_seed(0)
    module = GuidedAttention(
        8, 2, scope, window, time_bias, activation=activation, temperature=0.5
    ).eval()
    has_table = time_bias == 'table' and (scope == 'clip' or window > 0)
    assert hasattr(module.time_bias, 'table') == has_table
    if has_table:
        torch.nn.init.normal_(module.time_bias.table)
    stream, tokens = torch.randn(2, 3, 5, 8), torch.randn(2, 5, 4, 8)
    code = torch.randn(5, 8)
    with torch.no_grad():
        seen, by_head = module(stream, tokens, code, return_weights=True)
        assert by_head.shape == (2, 2, 3, 5, 4)
        weights = by_head.mean(dim=1)
        slow_seen, slow_weights = slow_guided(module, stream, tokens, code)
    torch.testing.assert_close(seen, slow_seen)
    torch.testing.assert_close(weights, slow_weights)
    if activation == 'softmax':
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


@pytest.mark.parametrize('kind', ['slope', 'table'])
def test_self_attention_with_a_time_bias(kind):
    torch.manual_seed(0)
    module = TemporalSelfAttention(8, 2, time_bias=kind)
    if kind == 'table':
        plain = TemporalSelfAttention(8, 2)
        plain.load_state_dict(module.state_dict(), strict=False)
        stream, code = torch.randn(1, 1, 5, 8), torch.randn(5, 8)
        torch.testing.assert_close(module(stream, code), plain(stream, code))  # begins as none
        torch.nn.init.normal_(module.time_bias.table)
    stream, code = torch.randn(2, 3, 5, 8), torch.randn(5, 8)
    found = module(stream, code)
    for item in range(2):
        for j in range(3):
            x = stream[item, j][None]
            normed = module.norm(x)
            rows = []
            for t in range(5):
                bias = slow_bias(module.time_bias, [time - t for time in range(5)])
                keys, values = module.attention.project_memory(normed, code)
                query = (normed + code)[:, t : t + 1]
                rows.append(module.attention(query, keys, values, bias))
            x = x + torch.cat(rows, dim=1)
            torch.testing.assert_close(found[item, j][None], x + module.ffn(x))


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

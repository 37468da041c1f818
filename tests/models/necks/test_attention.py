"""The fused attention against loops."""

import math

import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.attention import MultiHeadAttention


def slow_attention(module, queries, memory, temperatures=None, bias=None):
    """Loop over items, heads and queries, as the formula reads."""
    q, k, v = module.query(queries), module.key(memory), module.value(memory)
    head_dims = q.shape[-1] // module.num_heads
    out = torch.zeros_like(q)
    weights = torch.zeros(len(q), module.num_heads, q.shape[1], k.shape[1])
    for item in range(len(q)):
        for head in range(module.num_heads):
            part = slice(head * head_dims, (head + 1) * head_dims)
            for query in range(q.shape[1]):
                temperature = temperatures[head] if temperatures else 1
                scores = [
                    float(q[item, query, part] @ key) / math.sqrt(head_dims) / temperature
                    for key in k[item, :, part]
                ]
                if bias is not None:
                    scores = [s + float(b) for s, b in zip(scores, bias[head, query], strict=True)]
                exps = [math.exp(score) for score in scores]
                for index, exp in enumerate(exps):
                    weight = exp / sum(exps)
                    if module.activation == 'sigmoid':
                        weight = 1 / (1 + math.exp(-(scores[index] - math.log(len(scores)))))
                    weights[item, head, query, index] = weight
                    out[item, query, part] += weight * v[item, index, part]
    return module.out(out), weights


@pytest.mark.parametrize('num_heads', [1, 4])
def test_equals_loop(num_heads):
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, num_heads)
    queries, memory = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    with torch.no_grad():
        keys, values = attention.project_memory(memory)
        expected, weights = slow_attention(attention, queries, memory)
        torch.testing.assert_close(attention(queries, keys, values), expected)
        torch.testing.assert_close(attention.weights(queries, keys), weights)


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
@pytest.mark.parametrize('learned', [False, True])
def test_temperature_activation_and_bias_equal_loop(activation, learned):
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, 2, 0.5, learned, activation)
    temperatures = [0.5, 0.5]
    assert {name for name, _ in attention.named_parameters() if 'temp' in name} == (
        {'log_temperature'} if learned else set()
    )
    if learned:
        temperatures = [0.25, 3.0]
        attention.log_temperature.data = torch.tensor(temperatures).log()
    queries, memory, bias = torch.randn(2, 3, 8), torch.randn(2, 5, 8), torch.randn(2, 3, 5)
    with torch.no_grad():
        keys, values = attention.project_memory(memory)
        expected, weights = slow_attention(attention, queries, memory, temperatures, bias)
        torch.testing.assert_close(attention(queries, keys, values, bias), expected)
        torch.testing.assert_close(attention.weights(queries, keys, bias), weights)


def test_sigmoid_weights_sum_to_about_one_at_first():
    attention = MultiHeadAttention(8, 2, activation='sigmoid')
    weights = attention.weights(torch.zeros(1, 1, 8), torch.zeros(1, 400, 8))
    torch.testing.assert_close(weights.sum(dim=-1), torch.full((1, 2, 1), 400 / 401))


@pytest.mark.parametrize(
    'settings, named',
    [
        (dict(temperature=0), 'temperature=0 must be above 0'),
        (dict(activation='relu'), "activation='relu'"),
    ],
)
def test_bad_settings(settings, named):
    with pytest.raises(ConfigError, match=named):
        MultiHeadAttention(8, 2, **settings)


def test_heads_must_divide():
    with pytest.raises(ConfigError, match='num_heads=3 does not divide embed_dims=8'):
        MultiHeadAttention(8, 3)

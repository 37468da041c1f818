"""The fused attention against loops."""

import math

import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.attention import MultiHeadAttention


def slow_attention(module, queries, memory):
    """Loop over items, heads and queries, as the formula reads."""
    q, k, v = module.query(queries), module.key(memory), module.value(memory)
    head_dims = q.shape[-1] // module.num_heads
    out = torch.zeros_like(q)
    weights = torch.zeros(len(q), module.num_heads, q.shape[1], k.shape[1])
    for item in range(len(q)):
        for head in range(module.num_heads):
            part = slice(head * head_dims, (head + 1) * head_dims)
            for query in range(q.shape[1]):
                scores = [
                    float(q[item, query, part] @ key) / math.sqrt(head_dims)
                    for key in k[item, :, part]
                ]
                exps = [math.exp(score) for score in scores]
                for index, exp in enumerate(exps):
                    weight = exp / sum(exps)
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


def test_heads_must_divide():
    with pytest.raises(ConfigError, match='num_heads=3 does not divide embed_dims=8'):
        MultiHeadAttention(8, 3)

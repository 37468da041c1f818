"""The literal co-attention against loops over queries and keys."""

import itertools
import math

import numpy as np
import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks import DotProductNeck
from mmav_coattn.models.necks.dot_product_neck import (
    CoAttentionBlock,
    TemporalSelfAttention,
)

AUDIO_TIMES = torch.arange(30) * 0.05
STARTS = torch.tensor([[0.1, 0.5, 0.8], [0.6, 0.2, 0.4]])
WINDOW_TIMES = STARTS[..., None] + 0.05 + torch.arange(6) * 0.1


def features():
    return torch.randn(2, 5, 6, 3, 4), torch.randn(2, 7, 2, len(AUDIO_TIMES))


def run(neck, visual, audio, window_times=WINDOW_TIMES):
    return neck(visual, audio, AUDIO_TIMES, window_times)


def slow_attention(module, queries, keys, values):
    """One query of one head of one item at a time."""
    weights, biases = module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3)
    inputs = zip((queries, keys, values), weights, biases, strict=True)
    q, k, v = (torch.nn.functional.linear(*each) for each in inputs)
    dims = q.shape[-1] // module.num_heads
    out, weights = (
        torch.zeros_like(q),
        torch.zeros(len(q), module.num_heads, q.shape[1], k.shape[1]),
    )
    for item, head, query in np.ndindex(weights.shape[:3]):
        part = slice(head * dims, (head + 1) * dims)
        products = k[item, :, part] @ q[item, query, part] / math.sqrt(dims)
        terms = [math.exp(each) for each in products.tolist()]
        for index, term in enumerate(terms):
            weights[item, head, query, index] = term / sum(terms)
            out[item, query, part] += term / sum(terms) * v[item, index, part]
    return module.out_proj(out), weights.mean(dim=1)


@torch.no_grad()
def test_self_attention_is_over_the_steps_of_one_window():
    module = TemporalSelfAttention(8, 2)
    stream, code = torch.randn(2, 3, 5, 8), torch.randn(5, 8)
    found = module(stream, code)
    for n, j in np.ndindex(2, 3):
        x = stream[n, j][None]
        normed = module.norm(x)
        x = x + slow_attention(module.attention, normed + code, normed + code, normed)[0]
        torch.testing.assert_close(found[n, j], (x + module.ffn(x))[0])


@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
@pytest.mark.parametrize('is_first', [True, False])
@torch.no_grad()
def test_block_equals_loops(module, is_first):
    block = CoAttentionBlock(module, 8, 2, sa=False, is_first=is_first)
    visual, audio = torch.randn(2, 3, 4, 8), torch.randn(2, 3, 4, 8)
    visual_tokens, audio_tokens = torch.randn(2, 3, 4, 6, 8), torch.randn(2, 3, 4, 5, 8)
    new_visual, new_audio, weights = block(visual, audio, visual_tokens, audio_tokens, None)
    for n, j, t in np.ndindex(2, 3, 4):
        expected_visual, expected_audio = visual[n, j, t], audio[n, j, t]
        if module != 'VGA':  # the audio of a step queries its locations
            tokens = visual_tokens[n, j, t][None]
            seen, chosen = slow_attention(block.aga, audio[n, j, t][None, None], tokens, tokens)
            expected_visual = seen[0, 0] + (0 if is_first else visual[n, j, t])
            torch.testing.assert_close(weights[n, j, t], chosen[0, 0])
        if module != 'AGA':  # the video of a step queries its bands
            tokens = audio_tokens[n, j, t][None]
            heard, _ = slow_attention(block.vga, visual[n, j, t][None, None], tokens, tokens)
            expected_audio = audio[n, j, t] + heard[0, 0]
        torch.testing.assert_close(new_visual[n, j, t], expected_visual)
        torch.testing.assert_close(new_audio[n, j, t], expected_audio)
    assert (weights is None) == (module == 'VGA')


@pytest.mark.parametrize(
    'module, depth, self_attention',
    itertools.product(('AGA', 'VGA', 'CMA'), (1, 2), (True, False)),
)
def test_shapes_and_every_weight_is_used(module, depth, self_attention):
    neck = DotProductNeck((5, 7), 8, module, self_attention, depth, num_heads=2)
    out = run(neck, *features())
    assert out.audio.shape == out.visual.shape == (2, 3, 6, 8)
    assert out.similarity.shape == (2, 1, 12, 1, 6, 6)
    if module == 'VGA':
        assert out.sound_map is None
    else:
        assert out.sound_map.shape == (2, 3, 6, 3, 4)
        torch.testing.assert_close(out.sound_map.sum(dim=(-2, -1)), torch.ones(2, 3, 6))
    (out.audio.square().sum() + out.visual.square().sum() + out.similarity.sum()).backward()
    unused = {name.split('.')[0] for name, p in neck.named_parameters() if p.grad is None}
    # With AGA alone nothing needs the pooled video: the first block replaces it.
    assert unused == ({'visual_start', 'visual_query_norm'} if module == 'AGA' else set())


@pytest.mark.parametrize(
    'settings, sentence',
    [
        (dict(module='MCA'), "module='MCA' is not one of"),
        (dict(depth=0), 'depth=0 must be at least 1'),
        (dict(embed_dims=9, num_heads=3), 'embed_dims=9 even'),
        (dict(embed_dims=8, num_heads=3), 'num_heads=3 does not divide embed_dims=8'),
    ],
)
def test_bad_settings(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        DotProductNeck((5, 7), **settings)

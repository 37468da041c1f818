import itertools
import math

import numpy as np
import pytest
import torch
from models.tiny import WINDOW_TIMES, run_neck, tower_features

from mmav_coattn.models.necks import DotProductNeck, PoolingNeck
from mmav_coattn.models.necks.dot_product_neck import CoAttentionBlock, TemporalSelfAttention
from mmav_coattn.models.necks.token_neck import over_time


def slow_attention(module, queries, keys, values):
    """One query of one head of one item at a time."""
    weights, biases = module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3)
    inputs = zip((queries, keys, values), weights, biases, strict=True)
    q, k, v = (torch.nn.functional.linear(*each) for each in inputs)
    dims = q.shape[-1] // module.num_heads
    out = torch.zeros_like(q)
    weights = torch.zeros(len(q), module.num_heads, q.shape[1], k.shape[1])
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
    'module, self_attention, depth',
    [(None, True, 1), *itertools.product(('AGA', 'VGA', 'CMA'), (True, False), (1, 2))],
)
def test_shapes_and_every_weight_is_used(module, self_attention, depth):
    neck, (visual, audio) = PoolingNeck((5, 7), 8), tower_features()
    if module is not None:
        neck = DotProductNeck((5, 7), 8, module, self_attention, depth, num_heads=2)
    out = run_neck(neck, visual, audio)
    assert out.audio.shape == out.visual.shape == (2, 3, 6, 8)
    # Of the in-sync window, whatever the others.
    assert out.similarity.shape == (2, 1, 12, 1, 6, 6)
    alone = run_neck(neck, visual, audio, WINDOW_TIMES[:, :1])
    torch.testing.assert_close(alone.similarity, out.similarity)
    if module in ('AGA', 'CMA'):
        assert out.sound_map.shape == (2, 3, 6, 3, 4)
        torch.testing.assert_close(out.sound_map.sum(dim=(-2, -1)), torch.ones(2, 3, 6))
    else:
        assert out.sound_map is None
    (out.audio.square().sum() + out.visual.square().sum() + out.similarity.sum()).backward()
    unused = {name.split('.')[0] for name, p in neck.named_parameters() if p.grad is None}
    # With AGA alone nothing needs the pooled video: the first block replaces it.
    assert unused == ({'visual_start', 'visual_query_norm'} if module == 'AGA' else set())


@pytest.mark.parametrize('pool', ['max', 'avg'])
@torch.no_grad()
def test_pool_by_hand_and_windows_apart(pool):
    visual, audio = tower_features()
    plain = PoolingNeck((5, 7), embed_dims=4, pool=pool, self_attention=False).eval()
    tokens = plain.visual_tokens(visual)
    pooled = tokens.amax(dim=2) if pool == 'max' else tokens.sum(dim=2) / 12
    out = run_neck(plain, visual, audio)
    assert out.sound_map is None and out.similarity is None
    torch.testing.assert_close(out.visual[:, 1], over_time(pooled, plain.visual_start))
    neck = PoolingNeck((5, 7), embed_dims=8, pool=pool).eval()
    found, layers = run_neck(neck, visual, audio), (neck.visual_sa, neck.audio_sa)
    swapped = run_neck(neck, visual, audio, WINDOW_TIMES.flip(1)).audio
    torch.testing.assert_close(swapped, found.audio.flip(1))
    # Times count from the first step of a window.
    late, early = neck.position_code(WINDOW_TIMES + 1.3), neck.position_code(WINDOW_TIMES)
    torch.testing.assert_close(late, early, atol=1e-4, rtol=1e-4)
    neck.visual_sa = None  # without self-attention
    for sa, stream, each in zip(layers, run_neck(neck, visual, audio)[:2], found[:2], strict=True):
        torch.testing.assert_close(each, sa(stream, early))

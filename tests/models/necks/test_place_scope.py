"""Attention that weighs each place once for the whole clip, against loops."""

import pytest
import torch
from models.tiny import build

from mmav_coattn.models.necks.attention import MultiHeadAttention
from mmav_coattn.models.necks.guided_attention import GuidedAttention


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
@torch.no_grad()
def test_evidence_of_all_steps_is_added_up(activation):
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, 2, temperature=0.5, activation=activation).double()
    queries = torch.randn(2, 3, 5, 8, dtype=torch.float64)  # (B, J, T, D)
    memory = torch.randn(2, 5, 4, 8, dtype=torch.float64)  # (B, T, L, D)
    keys, values = attention.project_memory(memory)
    seen, weights = attention.look_at_places(queries, keys, values)
    q = attention.query(queries)
    for b in range(2):
        for j in range(3):
            parts = []
            for h in range(2):
                part = slice(4 * h, 4 * h + 4)
                evidence = torch.stack(
                    [
                        sum(q[b, j, t, part] @ keys[b, t, p, part] for t in range(5))
                        for p in range(4)
                    ]
                ) / (0.5 * 4**0.5 * 5**0.5)
                if activation == 'softmax':
                    expected = evidence.softmax(0)
                else:
                    expected = (evidence - torch.tensor(4.0).log()).sigmoid()
                torch.testing.assert_close(weights[b, h, j], expected)
                parts.append(torch.einsum('l,tld->td', expected, values[b, :, :, part]))
            torch.testing.assert_close(seen[b, j], attention.out(torch.cat(parts, dim=-1)))


@torch.no_grad()
def test_finds_the_place_that_fits_over_the_clip():
    # Two places: one fits at every step, the other better, but at one step only.
    guided = GuidedAttention(4, 1, 'place', 0, temperature=0.1).eval()
    for layer in (guided.attention.query, guided.attention.key):
        layer.weight.copy_(torch.eye(4))
        layer.bias.zero_()
    stream = torch.ones(1, 1, 6, 4)
    tokens = torch.zeros(1, 6, 2, 4)
    tokens[:, :, 0] = 1
    tokens[:, 2, 1] = 3
    seen, weights = guided(stream, tokens, torch.zeros(6, 4), return_weights=True)
    assert seen.shape == (1, 1, 6, 4) and weights.shape == (1, 1, 1, 6, 2)
    assert (weights[..., 0] > 0.9).all() and torch.equal(weights[:, :, :, 0], weights[:, :, :, 5])


def test_neck_of_place_scope_has_one_map_a_clip_and_learns():
    torch.manual_seed(0)
    neck = build(dict(type='CoAttentionNeck', in_channels=(6, 5), embed_dims=8, scope='place'))
    times = torch.arange(6) / 20
    visual, audio = torch.randn(2, 6, 6, 3, 3), torch.randn(2, 2, 5, 4, 6)
    found = neck(visual, audio, times, times, return_attention=True)
    assert found.visual.shape == (2, 2, 6, 8) and found.attention.shape == (2, 2, 6, 3, 3)
    torch.testing.assert_close(found.attention[:, :, 0], found.attention[:, :, 5])
    torch.testing.assert_close(found.attention.sum(dim=(-2, -1)), torch.ones(2, 2, 6))
    (found.visual.square().mean() + found.audio.square().mean()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in neck.parameters())
    assert neck.blocks[0].vga.scope == 'frame'

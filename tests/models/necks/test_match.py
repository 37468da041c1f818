import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from models.tiny import unit

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.match import Match

CLIPS, WINDOWS, LOCATIONS, BANDS, STEPS, DIMS = 2, 3, 4, 2, 7, 5


@torch.no_grad()
def test_equals_loops():
    match = Match(6, 'CMA', channels=DIMS, temperature=0.2)
    visual, audio = unit(CLIPS, STEPS, LOCATIONS, DIMS), unit(CLIPS, WINDOWS, STEPS, BANDS, DIMS)
    similarity = match.similarity(visual, audio)
    found = match.log_probability(similarity)
    assert similarity.shape == (CLIPS, WINDOWS, LOCATIONS, BANDS, STEPS, STEPS)
    assert found.shape == similarity.shape[:-1]
    for n, j, p, band in np.ndindex(CLIPS, WINDOWS, LOCATIONS, BANDS):
        s = (visual[n, :, p] @ audio[n, j, :, band].T / 0.2).tolist()
        for t in range(STEPS):
            assert similarity[n, j, p, band, t].tolist() == pytest.approx(s[t], abs=1e-5)
            row = math.log(sum(math.exp(s[t][u]) for u in range(STEPS)))
            column = math.log(sum(math.exp(s[u][t]) for u in range(STEPS)))
            expected = (s[t][t] - row + s[t][t] - column) / 2 + math.log(STEPS)
            assert found[n, j, p, band, t].item() == pytest.approx(expected, abs=1e-5)


@torch.no_grad()
def test_the_sharpest_match_is_finite():
    match = Match(6)
    match.log_scale.data.fill_(7.0)
    assert match.scale == 40.0
    # A row and a column that are as far as can be from what they are compared with.
    visual, audio = unit(1, STEPS, 1, DIMS), unit(1, 1, STEPS, 1, DIMS)
    audio[0, 0] = visual[0, 0]
    visual[0, 1:] = -visual[0, 0]
    found = match.log_probability(match.similarity(visual, audio))[0, 0, 0, 0]
    torch.testing.assert_close(found[0].item(), math.log(STEPS) - math.log(STEPS) / 2)
    torch.testing.assert_close(found[1:], torch.full((STEPS - 1,), math.log(STEPS) / 2 - 40.0))


@torch.no_grad()
def test_a_vector_is_of_its_own_location_and_near_steps():
    match = Match(32, 'CMA', channels=DIMS, kernel_size=5)
    for embed in (match.embed_visual, match.embed_audio):
        tokens = torch.randn(1, 9, 3, 32)
        changed = tokens.clone()
        changed[0, 4, 1] += torch.randn(32)
        differs = (embed(tokens) - embed(changed)).abs().amax(dim=-1)[0] > 1e-6
        assert not differs[:, [0, 2]].any()
        assert differs[:, 1].nonzero().flatten().tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
@torch.no_grad()
def test_what_does_not_compete_is_pooled_before_the_projection(module):
    match = Match(6, module, channels=DIMS, kernel_size=1)
    tokens = torch.randn(CLIPS, STEPS, 4, 6)
    pooled = torch.cat([tokens.mean(dim=2), tokens.amax(dim=2)], dim=-1)[:, :, None]
    sides = (match.embed_visual, match.visual, 'VGA'), (match.embed_audio, match.audio, 'AGA')
    for embed, (first, _, second), pools in sides:
        inputs = pooled if module == pools else tokens
        hidden = (inputs @ first.weight[..., 0].T + first.bias).clamp(min=0)
        expected = F.normalize(hidden @ second.weight[..., 0].T + second.bias, dim=-1)
        torch.testing.assert_close(embed(tokens), expected)


def test_a_clip_needs_a_step_that_may_be_wrong():
    with pytest.raises(ConfigError, match='a clip of 1 step is too short for the match'):
        Match(6).similarity(unit(1, 1, 2, 32), unit(1, 1, 1, 1, 32))

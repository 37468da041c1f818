"""The match against loops over clips, windows, locations, bands and steps."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.match import Match, pool_tokens

CLIPS, WINDOWS, LOCATIONS, BANDS, STEPS, DIMS = 2, 3, 4, 2, 7, 5


def unit(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


def test_pooled_tokens_are_mean_and_maximum():
    tokens = torch.tensor([[1.0, 4.0], [3.0, 2.0]])
    assert pool_tokens(tokens).tolist() == [[2.0, 3.0, 3.0, 4.0]]


@torch.no_grad()
def test_equals_loops():
    match = Match(6, 'CMA', channels=DIMS, temperature=0.2)
    visual, audio = unit(CLIPS, STEPS, LOCATIONS, DIMS), unit(CLIPS, WINDOWS, STEPS, BANDS, DIMS)
    similarity = match.similarity(visual, audio)
    found = match.log_probability(similarity)
    assert similarity.shape == (CLIPS, WINDOWS, LOCATIONS, BANDS, STEPS, STEPS)
    assert found.shape == similarity.shape[:-1]
    for n, j, p, band in np.ndindex(CLIPS, WINDOWS, LOCATIONS, BANDS):
        s = [
            [float(visual[n, t, p] @ audio[n, j, u, band]) / 0.2 for u in range(STEPS)]
            for t in range(STEPS)
        ]
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


@pytest.mark.parametrize('module, locations, bands', [('AGA', 4, 1), ('VGA', 1, 2), ('CMA', 4, 2)])
@torch.no_grad()
def test_what_is_left_to_compete(module, locations, bands):
    match = Match(6, module, channels=DIMS)
    visual = match.embed_visual(torch.randn(CLIPS, STEPS, LOCATIONS, 6))
    audio = match.embed_audio(torch.randn(CLIPS, STEPS + 2, BANDS, 6))
    assert visual.shape[-1] == DIMS
    torch.testing.assert_close(visual.norm(dim=-1), torch.ones(CLIPS, STEPS, locations))
    torch.testing.assert_close(audio.norm(dim=-1), torch.ones(CLIPS, STEPS + 2, bands))


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


@torch.no_grad()
def test_pooling_goes_before_the_projection():
    match = Match(6, 'AGA', channels=DIMS, kernel_size=1)
    tokens = torch.randn(1, 3, 4, 6)
    first, _, second = match.audio
    for step in range(3):
        pooled = torch.cat([tokens[0, step].mean(dim=0), tokens[0, step].amax(dim=0)])
        hidden = (first.weight[..., 0] @ pooled + first.bias).clamp(min=0)
        expected = F.normalize(second.weight[..., 0] @ hidden + second.bias, dim=0)
        torch.testing.assert_close(match.embed_audio(tokens)[0, step, 0], expected)


@pytest.mark.parametrize(
    'settings, sentence',
    [
        (dict(module='MCA'), "module='MCA' is not one of"),
        (dict(temperature=0.02), 'temperature=0.02 must be at least 0.025'),
        (dict(kernel_size=4), 'kernel_size=4 odd'),
    ],
)
def test_bad_settings(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Match(6, **settings)


def test_a_clip_needs_a_step_that_may_be_wrong():
    with pytest.raises(ConfigError, match='a clip of 1 step is too short for the match'):
        Match(6).similarity(unit(1, 1, 2, 32), unit(1, 1, 1, 1, 32))

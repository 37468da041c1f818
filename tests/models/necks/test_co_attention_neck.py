import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from models.tiny import AUDIO_TIMES, WINDOW_TIMES, run_neck, tower_features

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks import CoAttentionNeck, MatchFeatures

STEPS = WINDOW_TIMES.shape[-1]


def make_neck(module='AGA', **settings):
    return CoAttentionNeck((5, 7), 8, module, match=dict(channels=6), **settings).eval()


@pytest.mark.parametrize('module, size, bands', [('AGA', 12, 1), ('VGA', 1, 2), ('CMA', 12, 2)])
@torch.no_grad()
def test_weights_and_score_equal_loops(module, size, bands):
    neck = make_neck(module)
    neck.log_sharpness += math.log(1.7)  # from 0
    out = run_neck(neck, *tower_features())
    assert out.match.shape == (2, 3, size, bands, STEPS)
    assert out.grid == ((3, 4) if size == 12 else (1, 1))
    assert out.similarity.shape == (*out.match.shape, STEPS)
    torch.testing.assert_close(out.match, neck.match.log_probability(out.similarity))
    sharpness = 1.7 * math.sqrt(STEPS)
    match = out.match.numpy()
    for n, j in np.ndindex(2, 3):
        terms = np.empty((size, bands))
        for p, band in np.ndindex(size, bands):
            terms[p, band] = math.exp(sharpness * sum(match[n, j, p, band]) / STEPS)
        np.testing.assert_allclose(out.weights[n, j], terms / terms.sum(), rtol=1e-4)
        expected = math.log(terms.mean()) / sharpness
        assert out.score[n, j].item() == pytest.approx(expected, abs=1e-5)
        # A location's evidence is that of its bands together.
        expected = np.log(terms.mean(axis=1)) / sharpness
        np.testing.assert_allclose(out.evidence[n, j], expected, atol=1e-5)


def test_maps_by_hand():
    weights = torch.tensor([[0.3, 0.1], [0.15, 0.45]])
    evidence = torch.tensor([3.0, -1.25])
    match = torch.zeros(1, 1, 2, 2, 5)
    out = MatchFeatures(None, match, weights[None, None], evidence[None, None], None, (1, 2))
    assert out.sound_map.shape == (1, 1, 5, 1, 2)
    torch.testing.assert_close(out.sound_map[0, 0, :, 0], evidence.expand(5, 2))
    torch.testing.assert_close(out.attention[0, 0, :, 0], torch.tensor([0.4, 0.6]).expand(5, 2))


@torch.no_grad()
def test_vectors_of_a_window_are_those_at_its_times():
    neck, (visual, audio) = make_neck('CMA'), tower_features()
    segment = neck.match.embed_audio(neck.audio_tokens(audio))
    clip, windows = neck.embed(visual, audio, AUDIO_TIMES, WINDOW_TIMES)
    for n, j, band in np.ndindex(2, 3, 2):
        series = [np.interp(WINDOW_TIMES[n, j], AUDIO_TIMES, x) for x in segment[n, :, band].T]
        expected = F.normalize(torch.tensor(np.array(series)).T.float(), dim=-1)
        torch.testing.assert_close(windows[n, j, :, band], expected, atol=1e-4, rtol=1e-4)
    # The pass through the neck is a comparison of these.
    out = run_neck(neck, visual, audio)
    for found, expected in zip(neck.compare(clip, windows, (3, 4))[:4], out[:4], strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
def test_every_weight_learns(module):
    neck = make_neck(module).train()
    out = run_neck(neck, *tower_features())
    (out.score.square().sum() + out.weights.square().sum()).backward()
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []


@torch.no_grad()
def test_a_source_that_never_moves_has_the_score_of_a_location():
    fixed, moving = make_neck(), make_neck(travel=True)
    moving.load_state_dict(fixed.state_dict(), strict=False)
    moving.travel.stay_logit.fill_(16)
    inputs = tower_features()
    one, other = run_neck(fixed, *inputs), run_neck(moving, *inputs)
    for name in ('score', 'weights', 'evidence', 'attention'):
        torch.testing.assert_close(getattr(other, name), getattr(one, name), rtol=0, atol=1e-3)
    # Its map is log-probability in place of nats of evidence; of a source that moves, by step.
    free = run_neck(make_neck(travel=True), *inputs)
    for maps in (free.attention, free.sound_map.exp()):
        torch.testing.assert_close(maps, free.passing.unflatten(-1, (3, 4)))


@torch.no_grad()
def test_separate_takes_the_vectors_of_the_chosen_location_at_the_steps_of_window_0():
    neck = make_neck(mask=True)
    out = run_neck(neck, *tower_features())
    log_mels = torch.randn(2, 16, 160)
    chosen = F.one_hot(torch.tensor([5, 2]), 12).float()
    found = neck.separate(log_mels, out, chosen)
    vectors = out.visual[0, :, 5], out.visual[1, :, 2]
    pairs = zip(WINDOW_TIMES[:, 0], vectors, strict=True)
    query = [[np.interp(AUDIO_TIMES, times, x) for x in v.T] for times, v in pairs]
    query = torch.tensor(np.array(query)).float().mT
    torch.testing.assert_close(found, neck.mask(log_mels, out.audio, query), rtol=1e-4, atol=1e-5)
    with pytest.raises(ConfigError, match='no mask of sources'):
        make_neck().separate(log_mels, out, chosen)

"""The contrast over time against a slow reference, and what it must not reward."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models import SyncHead, TimeContrast
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures


def tokens(num_clips=2, steps=9, places=4, frequencies=3, dims=6):
    generator = torch.Generator().manual_seed(0)
    visual = torch.randn(num_clips, steps, places, dims, generator=generator)
    audio = torch.randn(num_clips, steps, frequencies, dims, generator=generator)
    return visual, audio


def test_against_loops():
    torch.manual_seed(0)
    module = TimeContrast(6, channels=5, min_steps=2, edge=1, temperature=0.2)
    visual_tokens, audio_tokens = tokens()
    visual, audio = (x.detach().numpy() for x in module.embed(visual_tokens, audio_tokens))
    losses = []
    for clip in range(2):
        similarity = np.empty((9, 9))
        for t in range(9):
            for s in range(9):
                cosines = [float(visual[clip, t, p] @ audio[clip, s]) for p in range(4)]
                similarity[t, s] = math.log(np.mean([math.exp(c / 0.2) for c in cosines]))
        for t in range(1, 8):
            allowed = [s for s in range(1, 8) if s == t or abs(s - t) >= 2]
            row = sum(math.exp(similarity[t, s]) for s in allowed)
            column = sum(math.exp(similarity[s, t]) for s in allowed)
            losses += [math.log(row) - similarity[t, t], math.log(column) - similarity[t, t]]
    assert module(visual_tokens, audio_tokens).item() == pytest.approx(np.mean(losses), abs=1e-5)


def test_one_place_for_the_clip_against_loops():
    torch.manual_seed(0)
    module = TimeContrast(6, channels=5, min_steps=2, edge=1, temperature=0.2, scope='place')
    visual_tokens, audio_tokens = tokens()
    visual, audio = (x.detach().numpy() for x in module.embed(visual_tokens, audio_tokens))
    losses = []
    for clip in range(2):
        evidence = []
        for place in range(4):
            cosines = visual[clip, :, place] @ audio[clip].T / 0.2
            terms = []
            for t in range(1, 8):
                allowed = [s for s in range(1, 8) if s == t or abs(s - t) >= 2]
                row = sum(math.exp(cosines[t, s]) for s in allowed)
                column = sum(math.exp(cosines[s, t]) for s in allowed)
                terms += [math.log(row) - cosines[t, t], math.log(column) - cosines[t, t]]
            evidence.append(math.exp(-math.sqrt(7) * np.mean(terms)))
        losses.append(-math.log(np.mean(evidence)) / math.sqrt(7))
    assert module(visual_tokens, audio_tokens).item() == pytest.approx(np.mean(losses), abs=1e-5)


def test_what_fits_now_and_then_explains_nothing():
    """Two places that fit half of the steps each: enough for each step, not for the clip."""
    generator = torch.Generator().manual_seed(0)
    audio = torch.randn(1, 12, 8, generator=generator)
    source = torch.stack([audio, torch.randn(1, 12, 8, generator=generator)], dim=2)
    now_and_then = source.clone()
    now_and_then[:, ::2] = source[:, ::2].flip(2)
    losses = {}
    for scope in ('frame', 'place'):
        module = TimeContrast(8, min_steps=1, edge=0, temperature=0.05, scope=scope)
        module.embed_picture = module.embed_sound = partial(torch.nn.functional.normalize, dim=-1)
        losses[scope] = [module(visual, audio).item() for visual in (source, now_and_then)]
    # Which of the two places it is costs ln 2, however well it fits.
    assert losses['place'][0] == pytest.approx(math.log(2) / math.sqrt(12), abs=0.01)
    assert losses['place'][1] > 1.0
    assert losses['frame'][1] == pytest.approx(losses['frame'][0], abs=0.3)


def test_unit_vectors_and_chance():
    module = TimeContrast(6, min_steps=1, edge=2)
    visual_tokens, audio_tokens = tokens()
    visual, audio = module.embed(visual_tokens, audio_tokens)
    assert visual.shape == (2, 9, 4, 32)
    assert audio.shape == (2, 9, 32)
    torch.testing.assert_close(visual.norm(dim=-1), torch.ones(2, 9, 4))
    torch.testing.assert_close(audio.norm(dim=-1), torch.ones(2, 9))
    # The same picture at all times goes with no step more than with another.
    still = visual_tokens[:, :1].expand(-1, 9, -1, -1)
    silent = torch.zeros_like(audio_tokens)
    module.audio[0].bias.data.fill_(1.0)
    module.audio[0].weight.data.zero_()
    assert module(still, silent).item() == pytest.approx(math.log(5), abs=1e-5)


def test_the_best_places_count():
    module = TimeContrast(6, channels=2, temperature=0.01)
    audio = torch.tensor([[[1.0, 0.0]]])
    one_of_four = torch.tensor([[[[1.0, 0], [0, 1], [-1, 0], [0, -1]]]])
    found = module.similarity(one_of_four, audio)
    # The mean of exp(c / tau) is that of the one place that agrees, over four.
    assert found.item() == pytest.approx(100 - math.log(4), abs=1e-3)


def test_the_ends_take_no_part():
    module = TimeContrast(6, min_steps=1, edge=3, kernel_size=1).eval()
    visual, audio = tokens()
    before = module(visual, audio)
    changed = audio.clone()
    changed[:, :3] += 5
    changed[:, -3:] -= 5
    assert torch.equal(module(visual, changed), before)
    changed[:, 4] += 5
    assert not torch.equal(module(visual, changed), before)


@pytest.mark.parametrize(
    'setting', [dict(min_steps=0), dict(edge=-1), dict(temperature=0.0), dict(kernel_size=4)]
)
def test_settings_out_of_range(setting):
    with pytest.raises(ConfigError, match='time_contrast: min_steps must be'):
        TimeContrast(6, **setting)


def test_unknown_scope():
    with pytest.raises(ConfigError, match="scope='clip' is not one of"):
        TimeContrast(6, scope='clip')


def test_clip_too_short():
    with pytest.raises(ConfigError, match='a clip of 9 steps leaves 1 after edge=4'):
        TimeContrast(6, edge=4)(*tokens())


def sample(label):
    data_sample = ActionDataSample()
    data_sample.set_field(torch.tensor(label), 'sync_label', dtype=torch.Tensor)
    return data_sample


def test_head_contrasts_with_the_sound_in_sync():
    torch.manual_seed(0)
    head = SyncHead(6, time_contrast=dict(type='TimeContrast', edge=1), contrast_weight=0.3)
    visual, audio = tokens()
    wrong = torch.randn_like(audio)
    audios = torch.stack([torch.stack([audio[0], wrong[0]]), torch.stack([wrong[1], audio[1]])])
    features = CoAttentionFeatures(
        torch.randn(2, 2, 9, 6), torch.randn(2, 2, 9, 6), None, visual, audios
    )
    losses = head.loss(features, [sample([1.0, 0.0]), sample([0.0, 1.0])])
    expected = 0.3 * head.time_contrast(visual, audio)
    torch.testing.assert_close(losses['loss_contrast'], expected)
    assert 'loss_contrast' not in SyncHead(6).loss(
        features, [sample([1.0, 0.0]), sample([0.0, 1.0])]
    )


def test_head_needs_tokens():
    head = SyncHead(6, time_contrast=dict(type='TimeContrast'))
    features = CoAttentionFeatures(torch.randn(1, 2, 9, 6), torch.randn(1, 2, 9, 6))
    with pytest.raises(ConfigError, match='needs a neck that gives its tokens'):
        head.loss(features, [sample([1.0, 0.0])])

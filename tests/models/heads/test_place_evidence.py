"""Attention by evidence against loops, and what it must tell apart."""

import math

import numpy as np
import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models import SyncHead, TimeContrast
from mmav_coattn.models.heads.place_evidence import PlaceEvidence
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures


def contrast(**settings):
    torch.manual_seed(0)
    return TimeContrast(
        6, channels=5, **{'min_steps': 2, 'edge': 1, 'temperature': 0.2, **settings}
    )


def tokens(num_clips=2, num_sounds=3, steps=9, places=4, frequencies=3, dims=6):
    generator = torch.Generator().manual_seed(0)
    visual = torch.randn(num_clips, steps, places, dims, generator=generator)
    audio = torch.randn(num_clips, num_sounds, steps, frequencies, dims, generator=generator)
    return visual, audio


def test_against_loops():
    module, evidence = contrast(), PlaceEvidence()
    evidence.log_sharpness.data.fill_(math.log(1.5))
    visual_tokens, audio_tokens = tokens()
    attended, total, weights = evidence(module, visual_tokens, audio_tokens)
    assert attended.shape == (2, 3, 9, 2) and weights.shape == (2, 3, 4)
    inside = range(1, 8)
    sharpness = 1.5 * math.sqrt(7)
    for clip in range(2):
        for sound in range(3):
            visual, audio = (
                x.detach().numpy()
                for x in module.embed(
                    visual_tokens[clip : clip + 1], audio_tokens[clip, sound][None]
                )
            )
            fit = np.empty((4, 7))
            cosine = np.empty((4, 7))
            for p in range(4):
                products = visual[0, :, p] @ audio[0].T / 0.2
                for t in inside:
                    allowed = [s for s in inside if s == t or abs(s - t) >= 2]
                    forth = products[t, t] - math.log(
                        sum(math.exp(products[t, s]) for s in allowed)
                    )
                    back = products[t, t] - math.log(sum(math.exp(products[s, t]) for s in allowed))
                    fit[p, t - 1] = (forth + back) / 2 + math.log(7)
                    cosine[p, t - 1] = products[t, t] * 0.2
            parts = np.exp(sharpness * fit.mean(axis=1))
            w = parts / parts.sum()
            np.testing.assert_allclose(weights[clip, sound].detach(), w, rtol=1e-4)
            expected = math.log(parts.mean()) / sharpness
            assert total[clip, sound].item() == pytest.approx(expected, abs=1e-5)
            expected = np.stack([w @ fit, w @ cosine], axis=-1)
            np.testing.assert_allclose(attended[clip, sound, 1:8].detach(), expected, atol=1e-5)
    assert not attended[:, :, [0, 8]].any()


def test_a_place_that_goes_with_the_sound_is_found():
    """Two places move: one with the sound, one with a sound of other times."""
    module, evidence = contrast(min_steps=1, edge=0, temperature=0.1), PlaceEvidence()
    sound = torch.randn(1, 12, 5)
    module.embed_picture = module.embed_sound = lambda x: torch.nn.functional.normalize(x, dim=-1)
    visual = torch.stack([sound.roll(5, dims=1), sound], dim=2)
    sounds = torch.stack([sound, sound.roll(5, dims=1), sound.roll(2, dims=1)], dim=1)
    # Embeddings are the tokens themselves here, so the sounds need no axis of frequencies.
    _, total, weights = evidence(module, visual, sounds)
    torch.testing.assert_close(weights[0, 0], torch.tensor([0.0, 1.0]), atol=1e-3, rtol=0)
    torch.testing.assert_close(weights[0, 1], torch.tensor([1.0, 0.0]), atol=1e-3, rtol=0)
    assert total[0, 0] > 1 and total[0, 1] > 1 and total[0, 2] < 0


def head(**settings):
    torch.manual_seed(0)
    return SyncHead(6, time_contrast=dict(type='TimeContrast', edge=1), **settings)


def features():
    visual, audio = tokens()
    return CoAttentionFeatures(
        torch.randn(2, 3, 9, 6), torch.randn(2, 3, 9, 6), None, visual, audio
    )


def test_head_hears_the_evidence():
    module, seen = head(place_evidence=True).eval(), features()
    logits = module(seen)
    assert logits.shape == (2, 3)
    _, evidence, _ = module.place_evidence(
        module.time_contrast, seen.visual_tokens, seen.audio_tokens
    )
    module.evidence_weight.data.fill_(3.0)
    torch.testing.assert_close(module(seen) - logits, 2 * evidence)
    # The decision trains what is compared.
    logits.sum().backward()
    assert module.time_contrast.visual.weight.grad.abs().sum() > 0


def test_sounds_of_a_clip_do_not_change_one_another():
    module, seen = head(place_evidence=True).eval(), features()
    alone = seen._replace(
        visual=seen.visual[:, :1], audio=seen.audio[:, :1], audio_tokens=seen.audio_tokens[:, :1]
    )
    torch.testing.assert_close(module(alone), module(seen)[:, :1])


def test_needs_something_to_compare_by():
    with pytest.raises(ConfigError, match='place_evidence=True compares by'):
        SyncHead(6, place_evidence=True)
    bare = features()._replace(visual_tokens=None)
    with pytest.raises(ConfigError, match='needs a neck that gives its tokens'):
        head(place_evidence=True)(bare)

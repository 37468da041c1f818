import numpy as np
import pytest
import torch
from mmengine.model import convert_sync_batchnorm
from models.tiny import random_inputs, recognizer
from torch import nn

from mmav_coattn.models.necks.token_neck import (
    StreamNeck,
    TokenBatchNorm,
    TokenNeck,
    take_steps,
)


@pytest.mark.parametrize('centre_time', [True, False])
@torch.no_grad()
def test_tokens_by_hand(centre_time):
    neck = TokenNeck((5, 7), 8, centre_time).eval()
    visual, audio = torch.randn(2, 5, 6, 3, 4), torch.randn(2, 7, 2, 9)
    visual_tokens, audio_tokens = neck.visual_tokens(visual), neck.audio_tokens(audio)
    assert visual_tokens.shape == (2, 6, 12, 8) and audio_tokens.shape == (2, 9, 2, 8)
    for n, t, y, x in np.ndindex(2, 6, 3, 4):
        feature = visual[n, :, t, y, x]
        if centre_time:
            feature = feature - visual[n, :, :, y, x].mean(dim=-1)
        expected = neck.visual_norm.norm(neck.visual_proj(feature)[None])[0]
        torch.testing.assert_close(visual_tokens[n, t, 4 * y + x], expected)
    for n, t, band in np.ndindex(2, 9, 2):
        feature = audio[n, :, band, t]
        if centre_time:
            feature = feature - audio[n, :, band].mean(dim=-1)
        expected = neck.audio_norm.norm(neck.audio_proj(feature)[None])[0]
        torch.testing.assert_close(audio_tokens[n, t, band], expected)


@torch.no_grad()
def test_features_centred_before_are_not_centred_again():
    neck = TokenNeck((5, 7), 8, True).eval()
    visual, audio = torch.randn(1, 5, 6, 1, 1), torch.randn(1, 7, 2, 9)
    centred = visual - visual.mean(dim=2, keepdim=True)
    torch.testing.assert_close(neck.visual_tokens(centred, True), neck.visual_tokens(visual))
    centred = audio - audio.mean(dim=-1, keepdim=True)
    torch.testing.assert_close(neck.audio_tokens(centred, True), neck.audio_tokens(audio))
    assert not torch.allclose(neck.audio_tokens(audio, True), neck.audio_tokens(audio))


def test_steps_are_taken_by_their_times():
    times, rng = np.arange(9) * 0.04, np.random.default_rng(0)
    steps = torch.randn(2, 9, 3, 4)
    wanted = torch.tensor(rng.uniform(-0.1, 0.5, (2, 5, 6)))  # some before, some after
    taken = take_steps(steps.double(), torch.tensor(times), wanted)
    assert taken.shape == (2, 5, 6, 3, 4)
    for n, j, band, dim in np.ndindex(2, 5, 3, 4):
        expected = np.interp(wanted[n, j], times, steps[n, :, band, dim])
        np.testing.assert_allclose(taken[n, j, :, band, dim], expected, atol=1e-6)


def test_contrast_is_of_the_in_sync_window_and_for_training():
    neck = StreamNeck((5, 7), 8)
    visual, audio = torch.randn(2, 6, 12, 8), torch.randn(2, 3, 6, 2, 8)
    similarity = neck.contrast(visual, audio)
    assert similarity.shape == (2, 1, 12, 1, 6, 6)
    torch.testing.assert_close(neck.contrast(visual, audio[:, :1]), similarity)
    assert neck.eval().contrast(visual, audio) is None


def test_position_code_counts_from_the_first_step():
    neck = StreamNeck((5, 7), 8)
    times = torch.arange(6) * 0.1
    late = torch.stack([1.3 + times, 0.2 + times])[None]
    torch.testing.assert_close(
        neck.position_code(late), neck.position_code(times[None, None]), atol=1e-4, rtol=1e-4
    )


def test_statistics_over_all_but_the_last_axis():
    x = torch.randn(2, 3, 5, 4) * 3 + 7
    flat = x.reshape(-1, 4)
    expected = (x - flat.mean(0)) / (flat.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(TokenBatchNorm(4)(x), expected, rtol=1e-4, atol=1e-5)


def test_sync_bn_keeps_the_axes():
    torch.manual_seed(0)
    model = recognizer().eval()
    inputs = random_inputs()
    expected = model(inputs, mode='tensor')
    synchronised = convert_sync_batchnorm(model, 'torch').eval()
    assert not any(type(m) in (nn.BatchNorm1d, nn.BatchNorm3d) for m in synchronised.modules())
    torch.testing.assert_close(synchronised(inputs, mode='tensor'), expected)

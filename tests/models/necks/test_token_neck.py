import numpy as np
import pytest
import torch
from mmengine.model import convert_sync_batchnorm
from models.tiny import random_inputs, recognizer
from torch import nn

from mmav_coattn.models.necks.token_neck import TokenBatchNorm, TokenNeck


@pytest.mark.parametrize('centre_time', [True, False])
@torch.no_grad()
def test_tokens_by_hand(centre_time):
    neck = TokenNeck((5, 7), 8, centre_time).eval()
    visual, audio = torch.randn(2, 5, 6, 3, 4), torch.randn(2, 7, 2, 9)
    visual_tokens, audio_tokens = neck.visual_tokens(visual), neck.audio_tokens(audio)
    assert visual_tokens.shape == (2, 6, 12, 8) and audio_tokens.shape == (2, 9, 2, 8)
    grids = (visual.flatten(3), visual_tokens, 'visual'), (audio.mT, audio_tokens, 'audio')
    for features, tokens, name in grids:  # (N, C, T, K) and (N, T, K, D)
        norm, proj = getattr(neck, f'{name}_norm').norm, getattr(neck, f'{name}_proj')
        for n, t, k in np.ndindex(tokens.shape[:3]):
            feature = features[n, :, t, k]
            if centre_time:
                feature = feature - features[n, :, :, k].mean(dim=-1)
            torch.testing.assert_close(tokens[n, t, k], norm(proj(feature)[None])[0])
    # What is said to be centred already is taken as it is.
    taken = neck.visual_tokens(visual, True), neck.audio_tokens(audio, True)
    neck.centre_time = False
    torch.testing.assert_close(taken, (neck.visual_tokens(visual), neck.audio_tokens(audio)))


def test_statistics_over_all_but_the_last_axis_and_sync_bn():
    x = torch.randn(2, 3, 5, 4) * 3 + 7
    flat = x.reshape(-1, 4)
    expected = (x - flat.mean(0)) / (flat.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(TokenBatchNorm(4)(x), expected, rtol=1e-4, atol=1e-5)
    model = recognizer().eval()
    inputs = random_inputs()
    expected = model(inputs, mode='tensor')
    synchronised = convert_sync_batchnorm(model, 'torch').eval()
    assert not any(type(m) in (nn.BatchNorm1d, nn.BatchNorm3d) for m in synchronised.modules())
    torch.testing.assert_close(synchronised(inputs, mode='tensor'), expected)

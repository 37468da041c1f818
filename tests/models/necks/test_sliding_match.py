"""The match along a file is that of the neck for each clip."""

import pytest
import torch
import torch.nn.functional as F

from mmav_coattn.apis.streaming import clip_starts
from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.necks.sliding_match import sliding_match

LENGTH, REACH, TOTAL = 8, 3, 20


def unit(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


def slow_match(match, visual, audio, length, reach):
    """f (T, P, L, S), one clip, shift and step after the other."""
    total = len(visual)
    out = torch.zeros(total, visual.shape[1], audio.shape[1], 2 * reach + 1)
    for step in range(total):
        first = int(clip_starts(torch.tensor(step), length, total))
        for k in range(2 * reach + 1):
            v = visual[first : first + length][None]
            a = audio[first + k : first + k + length][None, None]
            f = match.log_probability(match.similarity(v, a))[0, 0]
            out[step, :, :, k] = f[..., step - first]
    return out


@pytest.mark.parametrize('min_steps', [1, 3])
def test_equals_the_neck_for_every_step_and_shift(min_steps):
    match = CoAttentionNeck((4, 4), 8, 'CMA', match=dict(min_steps=min_steps, channels=8)).match
    match.log_scale.data.fill_(2.6)
    visual, audio = unit(TOTAL, 3, 8), unit(TOTAL + 2 * REACH, 2, 8)
    steps = torch.arange(TOTAL)
    clips = torch.stack([steps, clip_starts(steps, LENGTH, TOTAL)], dim=1)
    with torch.no_grad():
        found = sliding_match(match, visual, audio, clips, LENGTH, REACH)
        torch.testing.assert_close(
            found, slow_match(match, visual, audio, LENGTH, REACH), atol=1e-4, rtol=1e-4
        )


def test_a_file_of_one_clip_is_the_clip():
    match = CoAttentionNeck((4, 4), 8, 'AGA').match
    visual, audio = unit(LENGTH, 3, 32), unit(LENGTH, 1, 32)
    clips = torch.stack([torch.arange(LENGTH), torch.zeros(LENGTH, dtype=torch.long)], dim=1)
    with torch.no_grad():
        found = sliding_match(match, visual, audio, clips, LENGTH, 0)
        wanted = match.log_probability(match.similarity(visual[None], audio[None, None]))[0, 0]
    torch.testing.assert_close(found[..., 0].permute(1, 2, 0), wanted, atol=1e-5, rtol=1e-5)

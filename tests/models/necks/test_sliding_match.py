"""The match along a file is that of its formula, and of the neck for one clip."""

import math

import torch
import torch.nn.functional as F

from mmav_coattn.apis.streaming import clip_starts
from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.necks.sliding_match import sliding_match

LENGTH, REACH, TOTAL = 8, 3, 20


def unit(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


def slow_match(match, visual, audio, columns, windows, length):
    """f (T, P, L, S), one step and shift after the other, by the neck's own formula."""
    total, shifts = columns.shape
    out = torch.zeros(total, visual.shape[1], audio.shape[1], shifts)
    for step in range(total):
        first = int(clip_starts(torch.tensor(step), length, total))
        for k in range(shifts):
            column, window = int(columns[step, k]), int(windows[step, k])
            for p in range(visual.shape[1]):
                for band in range(audio.shape[1]):
                    scale = match.log_scale.exp()
                    row = visual[step, p] @ audio[window : window + length, band].T * scale
                    other = visual[first : first + length, p] @ audio[column, band] * scale
                    own = visual[step, p] @ audio[column, band] * scale
                    terms = row.logsumexp(0) + other.logsumexp(0)
                    out[step, p, band, k] = own - terms / 2 + math.log(length)
    return out


def test_equals_the_formula_for_every_step_and_shift():
    match = CoAttentionNeck((4, 4), 8, 'CMA', match=dict(channels=8)).match
    match.log_scale.data.fill_(2.6)
    visual, audio = unit(TOTAL, 3, 8), unit(TOTAL, 2, 8)
    steps = torch.arange(TOTAL)
    columns = (steps[:, None] + torch.arange(-REACH, REACH + 1)).clamp(0, TOTAL - 1)
    windows = (columns - LENGTH // 2).clamp(0, TOTAL - LENGTH)
    starts = clip_starts(steps, LENGTH, TOTAL)
    with torch.no_grad():
        found = sliding_match(match, visual, audio, steps, starts, columns, windows, LENGTH)
        wanted = slow_match(match, visual, audio, columns, windows, LENGTH)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)

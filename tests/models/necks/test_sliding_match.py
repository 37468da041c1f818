import math

import numpy as np
import torch
from models.tiny import unit

from mmav_coattn.apis.streaming import clip_starts
from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.necks.sliding_match import sliding_match

LENGTH, REACH, TOTAL = 8, 3, 20


@torch.no_grad()
def test_equals_the_formula_for_every_step_and_shift():
    match = CoAttentionNeck((4, 4), 8, 'CMA', match=dict(channels=8)).match
    match.log_scale.data.fill_(2.6)
    visual, audio = unit(TOTAL, 3, 8), unit(TOTAL, 2, 8)
    steps = torch.arange(TOTAL)
    columns = (steps[:, None] + torch.arange(-REACH, REACH + 1)).clamp(0, TOTAL - 1)
    windows = (columns - LENGTH // 2).clamp(0, TOTAL - LENGTH)
    starts = clip_starts(steps, LENGTH, TOTAL)
    found = sliding_match(match, visual, audio, steps, starts, columns, windows, LENGTH)
    for step, p, band, k in np.ndindex(found.shape):
        # One step and shift after the other, by the neck's own formula.
        first, column, window = starts[step], columns[step, k], windows[step, k]
        scale = match.log_scale.exp()
        row = visual[step, p] @ audio[window : window + LENGTH, band].T * scale
        other = visual[first : first + LENGTH, p] @ audio[column, band] * scale
        own = visual[step, p] @ audio[column, band] * scale
        expected = own - (row.logsumexp(0) + other.logsumexp(0)) / 2 + math.log(LENGTH)
        torch.testing.assert_close(found[step, p, band, k], expected, atol=1e-4, rtol=1e-4)

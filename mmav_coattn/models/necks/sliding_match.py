"""The match along a whole file, for every step and every shift of the audio, in one pass.

Around each step lies a clip of the length the network was trained with; at a file of just that
length the result is that of :class:`CoAttentionNeck`. Every shift of the audio is a diagonal of the
similarity of all steps, so that shifts cost little.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .match import Match


def sliding_match(
    match: Match, visual: Tensor, audio: Tensor, clips: Tensor, length: int, shifts: int
) -> Tensor:
    r"""Match f of consecutive video steps with the audio at every shift.

    Args:
        match (Match): Whose temperature and ``min_steps`` are used.
        visual (Tensor): Unit vectors of V video steps (V, P, C).
        audio (Tensor): Unit vectors of the audio at the times of these steps and of ``shifts`` more
            on either side (V + 2 shifts, L, C).
        clips (Tensor): (B, 2): of each step that is asked for its index among the V, and the index
            of the first step of its clip.
        length (int): Steps T of a clip.
        shifts (int): Largest shift either way, in steps.

    Returns:
        Tensor: f (B, P, L, 2 shifts + 1), nats; shift k - ``shifts`` at index k: the audio of the
        step that many steps later.
    """
    scale = match.log_scale.exp()
    cosines = torch.einsum('tpc,slc->plts', visual, audio).flatten(0, 1)  # (Q, V, V + 2 shifts)
    # At most 1, and far above the smallest float64: sums lose nothing that matters.
    likelihood = ((cosines - 1) * scale).double().exp()
    step, first = clips.T[:, :, None]
    column = step + torch.arange(2 * shifts + 1, device=step.device)  # (B, 2 shifts + 1)
    rows = _window_sums(likelihood, step, column - step + first, column, match.min_steps, length)
    columns = _window_sums(
        likelihood.transpose(1, 2), column, first.expand_as(column), step, match.min_steps, length
    )
    right = ((cosines - 1) * scale)[:, step, column]
    both = right.double() - (rows.log() + columns.log()) / 2 + math.log(length)
    sizes = visual.shape[1], audio.shape[1]
    return both.float().unflatten(0, sizes).permute(2, 0, 1, 3)


def _window_sums(
    values: Tensor, row: Tensor, first: Tensor, right: Tensor, min_steps: int, length: int
) -> Tensor:
    """Sums of values[:, row, first : first + length], near steps of ``right`` left out."""
    sums = torch.cat([torch.zeros_like(values[..., :1]), values.cumsum(dim=-1)], dim=-1)
    last = first + length
    # Near steps, as far as they lie in the window.
    low = torch.maximum(right - min_steps + 1, first)
    high = torch.minimum(right + min_steps, last)
    window = sums[:, row, last] - sums[:, row, first]
    near = sums[:, row, high] - sums[:, row, low]
    return (window - near).clamp(min=0) + values[:, row, right]

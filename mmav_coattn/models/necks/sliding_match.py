"""The match along a whole file, for every step and every shift of the audio, in one pass."""

import math

import torch
from torch import Tensor

from .match import Match


def sliding_match(
    match: Match,
    visual: Tensor,
    audio: Tensor,
    steps: Tensor,
    video_windows: Tensor,
    columns: Tensor,
    audio_windows: Tensor,
    length: int,
) -> Tensor:
    """Match f (B, P, L, S), nats, of B video steps with the audio at S shifts.

    Where the neck lets the steps of a clip compete, here those of a window around the video step
    do, and of one around the audio step that it is compared with.

    Args:
        match (Match): Whose temperature is used.
        visual (Tensor): Unit vectors of consecutive video steps (V, P, C).
        audio (Tensor): Unit vectors of consecutive audio steps (A, L, C).
        steps (Tensor): (B,), which of the V.
        video_windows (Tensor): (B,), first of the ``length`` video steps that compete.
        columns (Tensor): (B, S), which of the A a step is compared with at each shift.
        audio_windows (Tensor): (B, S), first of the ``length`` audio steps that compete.
        length (int): Steps of a window, T of :class:`Match`.
    """
    # The vectors of a whole file are in the CPU's memory, wherever the network is. Pairs come last,
    # where sums over time and the choice of steps below move whole lines of memory.
    scale = match.scale.to(visual.device)
    products = torch.einsum('tpc,slc->tspl', visual * scale, audio).flatten(2).sub_(scale)
    # At most 1, and far above the smallest float32.
    likelihood = products.exp()
    steps, windows = steps[:, None], video_windows[:, None]
    sums = _sums_before(likelihood, dim=1)
    over_audio = sums[steps, audio_windows + length] - sums[steps, audio_windows]
    sums = _sums_before(likelihood, dim=0)
    over_video = sums[windows + length, columns] - sums[windows, columns]
    both = products[steps, columns] - over_audio.mul_(over_video).log_().div_(2)  # (B, S, P L)
    sizes = visual.shape[1], audio.shape[1]
    return (both + math.log(length)).float().unflatten(2, sizes).permute(0, 2, 3, 1)


def _sums_before(values: Tensor, dim: int) -> Tensor:
    """Sums of all values before each place, and of all: float64, whose differences lose nothing."""
    sizes = list(values.shape)
    sizes[dim] += 1
    sums = values.new_zeros(sizes, dtype=torch.float64)
    torch.cumsum(values, dim=dim, dtype=torch.float64, out=sums.narrow(dim, 1, sizes[dim] - 1))
    return sums

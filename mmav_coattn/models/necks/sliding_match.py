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

    Where the neck lets the steps of a clip compete, here those of a window of the same length do,
    around the video step and around the audio step that it is compared with.

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
    # At most 1, and far above the smallest float64: sums lose nothing that matters.
    cosines = torch.einsum('tpc,slc->plts', visual, audio).flatten(0, 1)  # (Q, V, A)
    # The vectors of a whole file are in the CPU's memory, wherever the network is.
    products = (cosines - 1) * match.scale.to(cosines.device)
    likelihood = products.double().exp()
    rows = steps[:, None].expand_as(columns)
    over_audio = _window_sums(likelihood, rows, audio_windows, length)
    windows = video_windows[:, None].expand_as(columns)
    over_video = _window_sums(likelihood.transpose(1, 2), columns, windows, length)
    both = products[:, rows, columns].double() - (over_audio.log() + over_video.log()) / 2
    sizes = visual.shape[1], audio.shape[1]
    return (both + math.log(length)).float().unflatten(0, sizes).permute(2, 0, 1, 3)


def _window_sums(values: Tensor, row: Tensor, first: Tensor, length: int) -> Tensor:
    """Sums of values[:, row, first : first + length]."""
    sums = torch.cat([torch.zeros_like(values[..., :1]), values.cumsum(dim=-1)], dim=-1)
    return sums[:, row, first + length] - sums[:, row, first]

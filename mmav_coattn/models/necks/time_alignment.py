"""Put features of both towers on one time grid, by time stamp."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def step_times(
    num_steps: int,
    num_inputs: int,
    input_seconds: float,
    first_second: float,
    device: torch.device | None = None,
) -> Tensor:
    """Times that the steps of a tower's output are centred on.

    A tower of 'same'-padded convolutions with total stride ``s`` turns ``n`` inputs into
    ``ceil(n / s)`` steps, step ``j`` centred on input ``j * s``; so ``s = ceil(n / steps)``.

    Args:
        num_steps (int): Steps of the output.
        num_inputs (int): Frames of the input.
        input_seconds (float): Time between two input frames, s.
        first_second (float): Time of the first input frame from the start of the clip, s.
        device (torch.device, optional): Where to put the result.

    Returns:
        Tensor: (num_steps,), s from the start of the clip.
    """
    stride = math.ceil(num_inputs / num_steps)
    steps = torch.arange(num_steps, device=device, dtype=torch.float32)
    return first_second + steps * (stride * input_seconds)


def resample_time(features: Tensor, source_times: Tensor, target_times: Tensor) -> Tensor:
    """Interpolate features linearly at other times; held constant outside the source's range.

    Args:
        features (Tensor): (..., T).
        source_times (Tensor): Increasing times of the T steps, s, (T,).
        target_times (Tensor): Times wanted, s, (T',).

    Returns:
        Tensor: (..., T').
    """
    if len(source_times) == 1:
        return features.expand(*features.shape[:-1], len(target_times))
    # What torch.searchsorted gives, in operations that can be exported to ONNX.
    right = (source_times < target_times[:, None]).sum(dim=1).clamp(1, len(source_times) - 1)
    left = right - 1
    weight = (target_times - source_times[left]) / (source_times[right] - source_times[left])
    weight = weight.clamp(0, 1).to(features.dtype)
    return features[..., left] * (1 - weight) + features[..., right] * weight


def time_code(
    times: Tensor, channels: int, shortest: float = 0.08, longest: float = 16.0
) -> Tensor:
    """Sinusoidal code of a time in seconds, the same for both modalities.

    As the position code of Vaswani et al. (2017, section 3.5), with periods in seconds instead of
    tokens, so that streams of different rates share one code.

    Args:
        times (Tensor): Times, s, (T,).
        channels (int): Even number of channels.
        shortest (float): Shortest period, s.
        longest (float): Longest period, s.

    Returns:
        Tensor: (T, channels).
    """
    periods = torch.logspace(
        math.log10(shortest), math.log10(longest), channels // 2, device=times.device
    )
    phase = times[:, None] * (2 * math.pi / periods)
    return torch.cat([phase.sin(), phase.cos()], dim=-1)


def neighbour_steps(features: Tensor, window: int) -> Tensor:
    """Gather for each time step its neighbours; the ends are repeated.

    Args:
        features (Tensor): (B, T, L, D).
        window (int): Neighbours on either side.

    Returns:
        Tensor: (B, T, (2 * window + 1) * L, D), ordered by time.
    """
    if window == 0:
        return features
    steps = features.shape[1]
    ends = features[:, :1], features[:, -1:]
    padded = torch.cat(
        [ends[0].expand(-1, window, -1, -1), features, ends[1].expand(-1, window, -1, -1)], dim=1
    )
    # Slices, because the gradient of indexing is ten times slower on CPU.
    return torch.cat([padded[:, first : first + steps] for first in range(2 * window + 1)], dim=2)

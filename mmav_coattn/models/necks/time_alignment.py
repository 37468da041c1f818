"""Put features of both towers on one time grid, by time stamp."""

import math

import torch
from torch import Tensor


def step_times(steps: int, inputs: int, seconds: float, device: torch.device) -> Tensor:
    """Times (steps,), s from the first input, on which the steps of a tower's output are centred.

    A tower of 'same'-padded convolutions with total stride ``s`` turns ``n`` inputs, so many
    ``seconds`` apart, into ``ceil(n / s)`` steps, step ``j`` centred on input ``j * s``; so
    ``s = ceil(n / steps)`` where ``n`` is at least ``s * s``.
    """
    stride = math.ceil(inputs / steps)
    return torch.arange(steps, device=device, dtype=torch.float32) * (stride * seconds)


def interpolation_weights(source_times: Tensor, target_times: Tensor) -> Tensor:
    """Weights of linear interpolation between evenly spaced steps; constant beyond their ends.

    Of rising source times (S,) and target times (..., T): (..., T, S), each row sums to 1. A matrix
    product with them has a fast gradient on a CPU, and can be exported to ONNX.
    """
    if len(source_times) == 1:
        return torch.ones_like(target_times)[..., None]
    first, last = source_times[0], source_times[-1]
    spacing = (last - first) / (len(source_times) - 1)
    inside = torch.minimum(torch.maximum(target_times, first), last)
    return (1 - (inside[..., None] - source_times).abs() / spacing).clamp(min=0)


def time_code(times: Tensor, channels: int) -> Tensor:
    """Sinusoidal code (T, channels) of times (T,), s; the number of channels is even.

    As the position code of Vaswani et al. (2017, section 3.5), with periods of 0.08 to 16 s.
    """
    ends = math.log10(0.08), math.log10(16.0)
    periods = torch.logspace(*ends, channels // 2, device=times.device)
    phase = times[:, None] * (2 * math.pi / periods)
    return torch.cat([phase.sin(), phase.cos()], dim=-1)

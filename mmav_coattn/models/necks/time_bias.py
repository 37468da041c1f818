"""What attention adds to its products for how far apart in time query and key are."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

#: ``'slope'``: :class:`TimeDistanceBias`; ``'table'``: :class:`RelativeTimeBias`.
TIME_BIASES = ('slope', 'table')


class TimeDistanceBias(nn.Module):
    """Attention over all times that begins close to its own time.

    Adds ``-slope * |t - t'|`` to the scaled products, with t in steps: the linear bias of ALiBi
    (Press et al., ICLR 2022), both ways, with a learned slope for each head. Without it a query
    begins by looking at the tokens of all times alike; with it, at a soft window that may widen.

    Args:
        num_heads (int): Attention heads.
        slope (float): Initial slope a step, positive.
    """

    def __init__(self, num_heads: int, slope: float = 1.5) -> None:
        super().__init__()
        self.log_slope = nn.Parameter(torch.full((num_heads,), math.log(slope)))

    def forward(self, offsets: Tensor) -> Tensor:
        """Bias (heads, ...) of keys that lie so many steps (...) after their query."""
        return -torch.einsum('h,...->h...', self.log_slope.exp(), offsets.abs().to(self.log_slope))


class RelativeTimeBias(nn.Module):
    """A learned number for each head and each distance in time, before and after apart.

    One number a head and distance is the relative position bias of T5 (Raffel et al., JMLR 2020)
    and Swin (Liu et al., ICCV 2021); beyond ``max_steps`` all distances share the last one, as in
    Shaw et al. (NAACL 2018). Unlike a slope it can prefer what comes a little later, say the
    echo of an impact, to what comes a little before.

    Args:
        num_heads (int): Attention heads.
        max_steps (int): Largest distance that has a number of its own.
        slope (float): Begin as a bias of so much less a step; 0 begins as no bias.
    """

    def __init__(self, num_heads: int, max_steps: int = 16, slope: float = 0.0) -> None:
        super().__init__()
        self.max_steps = max_steps
        distances = torch.arange(-max_steps, max_steps + 1).abs()
        self.table = nn.Parameter(-slope * distances.float().repeat(num_heads, 1))

    def forward(self, offsets: Tensor) -> Tensor:
        """Bias (heads, ...) of keys that lie so many steps (...) after their query."""
        return self.table[:, offsets.clamp(-self.max_steps, self.max_steps) + self.max_steps]


def build_time_bias(
    kind: bool | str | None, num_heads: int, slope: float, table_slope: float, max_steps: int = 16
) -> nn.Module | None:
    """Build a time bias.

    Args:
        kind (bool | str | None): One of :data:`TIME_BIASES`; True is ``'slope'``, False or None is
            none.
        num_heads (int): Attention heads.
        slope (float): Initial slope of ``'slope'``.
        table_slope (float): The slope that ``'table'`` begins as.
        max_steps (int): Of ``'table'``.

    Raises:
        ConfigError: If the kind is unknown.
    """
    if kind is None or kind is False:
        return None
    if kind is True or kind == 'slope':
        return TimeDistanceBias(num_heads, slope)
    if kind == 'table':
        return RelativeTimeBias(num_heads, max_steps, table_slope)
    raise ConfigError(
        f'neck: a time bias of {kind!r} is not one of {TIME_BIASES}, or False for none.'
    )


def step_offsets(steps: int, device: torch.device | None = None) -> Tensor:
    """How many steps each key lies after each query, (T, T)."""
    index = torch.arange(steps, device=device)
    return index - index[:, None]


def neighbour_offsets(window: int, device: torch.device | None = None) -> Tensor:
    """How many steps each neighbour lies after its query, (1, 2 * window + 1)."""
    return torch.arange(-window, window + 1, device=device)[None]


def spread_bias(bias: Tensor, num_streams: int, num_tokens: int) -> Tensor:
    """The bias of steps (heads, T, S) as that of J streams of T and S times L tokens.

    Returns:
        Tensor: (heads, J * T, S * L).
    """
    return bias.repeat(1, num_streams, 1).repeat_interleave(num_tokens, dim=2)

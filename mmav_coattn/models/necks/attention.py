"""Multi-head attention of the neck, fused, with weights only when someone asks."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError


class MultiHeadAttention(nn.Module):
    r"""Scaled dot-product attention of Vaswani et al. (2017, section 3.2), projections apart.

    A query's weights over n keys are :math:`\mathrm{softmax}(q k^T / (\tau \sqrt{d}) + b)`, or with
    ``activation='sigmoid'`` :math:`\sigma(q k^T / (\tau \sqrt{d}) + b - \log n)` (Ramapuram et al.,
    "Theory, Analysis, and Best Practices for Sigmoid Self-Attention", 2024): there keys do not
    compete, several may have a weight near 1, or none. Their :math:`-\log n` makes the weights sum
    to about 1 where all products are 0.

    Args:
        dims (int): Channels of queries, keys, values and output.
        num_heads (int): Heads; must divide ``dims``.
        temperature (float): :math:`\tau`; below 1 is sharper.
        learn_temperature (bool): Whether it is learned, from ``temperature`` on, for each head.
            Weight decay pulls it towards 1.
        activation (str): ``'softmax'`` or ``'sigmoid'``.

    Raises:
        ConfigError: If the heads do not divide the channels, the temperature is not positive or the
            activation is unknown.
    """

    ACTIVATIONS = ('softmax', 'sigmoid')

    def __init__(
        self,
        dims: int,
        num_heads: int,
        temperature: float = 1.0,
        learn_temperature: bool = False,
        activation: str = 'softmax',
    ) -> None:
        super().__init__()
        if not temperature > 0:
            raise ConfigError(f'neck: temperature={temperature} must be above 0.')
        if activation not in self.ACTIVATIONS:
            raise ConfigError(f'neck: activation={activation!r} is not one of {self.ACTIVATIONS}.')
        if dims % num_heads:
            raise ConfigError(f'neck: num_heads={num_heads} does not divide embed_dims={dims}.')
        self.num_heads = num_heads
        self.query = nn.Linear(dims, dims)
        self.key = nn.Linear(dims, dims)
        self.value = nn.Linear(dims, dims)
        self.out = nn.Linear(dims, dims)
        self.activation = activation
        self.temperature = temperature
        self.log_temperature = None
        if learn_temperature:
            self.log_temperature = nn.Parameter(torch.full((num_heads,), math.log(temperature)))

    def split_heads(self, x: Tensor) -> Tensor:
        """(B, L, D) -> (B, heads, L, D / heads)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def forward(
        self, queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Attend with keys and values that :meth:`project_memory` made.

        Args:
            queries (Tensor): (B, L_q, D), not projected yet.
            keys (Tensor): (B, L_k, D), projected.
            values (Tensor): (B, L_k, D), projected.
            bias (Tensor, optional): (heads, L_q, L_k), added to the scaled products.

        Returns:
            Tensor: (B, L_q, D).
        """
        q, k, v = map(self.split_heads, (self.query(queries), keys, values))
        q = self.sharpen(q)
        bias = None if bias is None else bias.to(q.dtype)
        if self.activation == 'softmax':
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        else:
            seen = self.weigh(q, k, bias) @ v
        return self.out(seen.transpose(1, 2).flatten(2))

    def look_at_places(
        self, queries: Tensor, keys: Tensor, values: Tensor
    ) -> tuple[Tensor, Tensor]:
        r"""Attend to places for the whole clip: the same weights at all its steps.

        A thing that sounds fits its sound at most steps, others at some by chance; the evidence of
        T steps is added up before places compete: :math:`\sum_t q_t k_{tp}^T / \sqrt{T}` takes the
        part of the product.

        Args:
            queries (Tensor): (B, J, T, D), not projected yet.
            keys (Tensor): (B, T, L, D), projected.
            values (Tensor): (B, T, L, D), projected.

        Returns:
            tuple[Tensor, Tensor]: What was seen (B, J, T, D), and the weights (B, heads, J, L).
        """
        batch, num_streams, steps, _ = queries.shape
        q = self.sharpen(self.split_heads(self.query(queries).flatten(1, 2)))  # (B, h, J*T, d)
        q = q.unflatten(2, (num_streams, steps)).transpose(2, 3)  # (B, h, T, J, d)
        k, v = (
            x.unflatten(-1, (self.num_heads, -1)).permute(0, 3, 1, 2, 4) for x in (keys, values)
        )
        # One product over steps and channels: (B, h, J, T*d) x (B, h, T*d, L).
        weights = self.weigh(q.transpose(2, 3).flatten(3), k.transpose(2, 3).flatten(3), None)
        seen = torch.einsum('bhjl,bhtld->bjthd', weights, v)
        return self.out(seen.flatten(3)), weights

    def sharpen(self, q: Tensor) -> Tensor:
        """Queries (B, heads, L_q, D / heads) over the temperature, which is as good as products."""
        if self.log_temperature is not None:
            return q * (-self.log_temperature).exp()[:, None, None].to(q.dtype)
        return q if self.temperature == 1 else q / self.temperature

    def weigh(self, q: Tensor, k: Tensor, bias: Tensor | None) -> Tensor:
        """Weights (B, heads, L_q, L_k) of sharpened queries and keys, both by heads."""
        products = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        products = products if bias is None else products + bias
        if self.activation == 'sigmoid':
            return (products - math.log(k.shape[-2])).sigmoid()
        return products.softmax(dim=-1)

    def project_memory(self, memory: Tensor, code: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Keys and values (..., D) of a memory (..., D); done once, before steps share them.

        A position code (broadcast to the memory) enters the keys alone: it says where to look, not
        what is seen there.
        """
        keys = memory if code is None else memory + code
        return self.key(keys), self.value(memory)

    def weights(self, queries: Tensor, keys: Tensor, bias: Tensor | None = None) -> Tensor:
        """The weights that :meth:`forward` uses inside: (B, heads, L_q, L_k)."""
        q, k = map(self.split_heads, (self.query(queries), keys))
        return self.weigh(self.sharpen(q), k, bias)

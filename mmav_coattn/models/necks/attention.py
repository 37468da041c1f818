"""Multi-head attention of the neck, fused, with weights only when someone asks."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention of Vaswani et al. (2017, section 3.2) with separate projections.

    Args:
        dims (int): Channels of queries, keys, values and output.
        num_heads (int): Heads; must divide ``dims``.

    Raises:
        ConfigError: If the heads do not divide the channels.
    """

    def __init__(self, dims: int, num_heads: int) -> None:
        super().__init__()
        if dims % num_heads:
            raise ConfigError(f'neck: num_heads={num_heads} does not divide embed_dims={dims}.')
        self.num_heads = num_heads
        self.query = nn.Linear(dims, dims)
        self.key = nn.Linear(dims, dims)
        self.value = nn.Linear(dims, dims)
        self.out = nn.Linear(dims, dims)

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
        bias = None if bias is None else bias.to(q.dtype)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.out(seen.transpose(1, 2).flatten(2))

    def project_memory(self, memory: Tensor, code: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Keys and values (..., D) of a memory (..., D); done once, before steps share them.

        A position code (broadcast to the memory) enters the keys alone: it says where to look, not
        what is seen there.
        """
        keys = memory if code is None else memory + code
        return self.key(keys), self.value(memory)

    def weights(self, queries: Tensor, keys: Tensor, bias: Tensor | None = None) -> Tensor:
        """The softmax weights that :meth:`forward` uses inside: (B, heads, L_q, L_k)."""
        q, k = map(self.split_heads, (self.query(queries), keys))
        products = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        return (products if bias is None else products + bias).softmax(dim=-1)

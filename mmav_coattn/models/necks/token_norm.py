"""Normalisation of tokens and streams."""

from __future__ import annotations

from torch import Tensor, nn


class TokenBatchNorm(nn.Module):
    """Batch normalisation of the last axis, over all others.

    Most of what a tower says about a place is the same at all times (a face, a wall); what moves is
    a small part of it. Layer normalisation measures a token against itself and leaves that part
    small. Measured against the other tokens of the batch, what does not change cancels and what
    changes comes to the front. On GRID, one seed, the same towers and 138 iterations: in-sync score
    above the shifted one in 51 % of held-out pairs with layer normalisation, in 94 % with this.

    The layer is a child and not a base class, so that turning a network's batch normalisation into
    a synchronised one (``sync_bn`` of a config) exchanges it and keeps what is done with the axes.
    In a checkpoint its parameters have the names of a plain batch normalisation.

    Args:
        dims (int): Length D of the last axis.
    """

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(dims)
        self._register_state_dict_hook(_drop_child_name)
        self.register_load_state_dict_pre_hook(_add_child_name)

    def forward(self, x: Tensor) -> Tensor:
        """(..., D) -> (..., D)."""
        return self.norm(x.reshape(-1, x.shape[-1])).view_as(x)


def _drop_child_name(module, state_dict, prefix, local_metadata) -> None:
    for name in [key for key in state_dict if key.startswith(f'{prefix}norm.')]:
        state_dict[prefix + name[len(prefix) + len('norm.') :]] = state_dict.pop(name)


def _add_child_name(module, state_dict, prefix, *args) -> None:
    own = [
        key
        for key in state_dict
        if key.startswith(prefix) and '.' not in key[len(prefix) :] and key != prefix
    ]
    for key in own:
        state_dict[f'{prefix}norm.{key[len(prefix) :]}'] = state_dict.pop(key)

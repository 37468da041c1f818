"""Sources that move: evidence over paths of neighbouring locations."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Travel(nn.Module):
    r"""Sums over all paths of a source that stays or goes on to a neighbouring location.

    A path :math:`p_1 \dots p_T` has the prior probability :math:`\frac1P \prod_t A(p_{t-1}, p_t)`:
    the source stays with a learned probability, or goes to one of the up to eight neighbours. The
    evidence of all paths together is found by the forward recursion of hidden Markov models
    (Rabiner 1989), linear in steps and locations. A source that never moves is its one end: paths
    are then locations.

    Args:
        stay (float): Initial probability of staying at a step, 0 to 1.
    """

    def __init__(self, stay: float = 0.8) -> None:
        super().__init__()
        self.stay_logit = nn.Parameter(torch.tensor(stay).logit())

    def forward(self, products: Tensor) -> tuple[Tensor, Tensor]:
        """Weigh the paths.

        Args:
            products (Tensor): Log-likelihood of each location and step (B, T, H, W).

        Returns:
            tuple[Tensor, Tensor]: Log of the likelihood of all paths (B,), and of those through
            each location at each step times P (B, T, H, W).
        """
        highest = products.amax(dim=(-2, -1), keepdim=True)
        likelihood = (products - highest).exp()
        forward, norms = self._recursion(likelihood)
        total = norms.log().sum(dim=1) + highest.flatten(1).sum(dim=1)
        backward, _ = self._recursion(likelihood.flip(1), backwards=True)
        # The backward messages leave out the likelihood of their own step.
        through = forward * backward.flip(1) / likelihood.clamp(min=1e-20)
        through = through / through.sum(dim=(-2, -1), keepdim=True)
        count = products.shape[-2] * products.shape[-1]
        return total, total[:, None, None, None] + (count * through.clamp(min=1e-20)).log()

    def _recursion(self, likelihood: Tensor, backwards: bool = False) -> tuple[Tensor, Tensor]:
        """Messages (B, T, H, W), each summing to 1, and their norms (B, T)."""
        size = likelihood.shape[-2:]
        stay = self.stay_logit.sigmoid()
        kernel = ((1 - stay) / 8).expand(3, 3).clone()
        kernel[1, 1] = stay
        kernel = kernel[None, None]
        # At the border a source has fewer neighbours to go to.
        inside = F.conv2d(likelihood.new_ones(1, 1, *size), kernel, padding=1)
        state = likelihood.new_full((len(likelihood), 1, *size), 1 / (size[0] * size[1]))
        states, norms = [], []
        for step in range(likelihood.shape[1]):
            if step:
                state = F.conv2d(state if backwards else state / inside, kernel, padding=1)
                state = state / inside if backwards else state
            state = state * likelihood[:, step, None]
            norm = state.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1e-30)
            state = state / norm
            states.append(state[:, 0])
            norms.append(norm.flatten())
        return torch.stack(states, dim=1), torch.stack(norms, dim=1)

"""Sources that move: the match along paths of neighbouring locations."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TINY = 1e-30  # keeps quotients finite


class Travel(nn.Module):
    r"""Sums over all paths of a source that stays or goes on to a neighbouring location.

    A path :math:`p_1 \dots p_T` has the prior probability :math:`\frac1P \prod_t A(p_{t-1}, p_t)`:
    the source stays with a learned probability, at first 0.8, or goes to one of the up to eight
    neighbours. All paths together are summed by the forward and backward recursion of hidden Markov
    models (Rabiner 1989, "A tutorial on hidden Markov models"), linear in steps and locations.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stay_logit = nn.Parameter(torch.tensor(0.8).logit())

    def forward(self, products: Tensor) -> tuple[Tensor, Tensor]:
        """Log-likelihood of each location at each step (B, T, H, W) -> that of all paths (B,).

        And the probability that the path passes a location at a step (B, T, H, W).
        """
        highest = products.amax(dim=(-2, -1), keepdim=True)
        likelihood = (products - highest).exp()
        forward, norms = self._messages(likelihood)
        backward, _ = self._messages(likelihood.flip(1), backwards=True)
        # Both messages hold the likelihood of the step itself.
        passing = forward * backward.flip(1) / likelihood.clamp(min=TINY)
        passing = passing / passing.sum(dim=(-2, -1), keepdim=True)
        return norms.log().sum(dim=1) + highest.flatten(1).sum(dim=1), passing

    def _messages(self, likelihood: Tensor, backwards: bool = False) -> tuple[Tensor, Tensor]:
        """Messages (B, T, H, W), each summing to 1, and their norms (B, T)."""
        size = likelihood.shape[-2:]
        stay = self.stay_logit.sigmoid()
        kernel = torch.cat([((1 - stay) / 8).expand(4), stay[None], ((1 - stay) / 8).expand(4)])
        kernel = kernel.view(1, 1, 3, 3)
        # At the border a source has fewer neighbours to go to.
        inside = F.conv2d(likelihood.new_ones(1, 1, *size), kernel, padding=1)
        message = likelihood.new_full((len(likelihood), 1, *size), 1 / (size[0] * size[1]))
        messages, norms = [], []
        for step in range(likelihood.shape[1]):
            if step and backwards:
                message = F.conv2d(message, kernel, padding=1) / inside
            elif step:
                message = F.conv2d(message / inside, kernel, padding=1)
            message = message * likelihood[:, step, None]
            norm = message.sum(dim=(1, 2, 3), keepdim=True).clamp(min=TINY)
            message = message / norm
            messages.append(message[:, 0])
            norms.append(norm.flatten())
        return torch.stack(messages, dim=1), torch.stack(norms, dim=1)

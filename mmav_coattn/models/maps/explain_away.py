"""Several sources in one scene: find one, take out what it explains, match again."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmaction.models.recognizers.base import BaseRecognizer
from torch import Tensor

from mmav_coattn.models.data_preprocessors.log_mel import EPS
from mmav_coattn.models.necks import MatchFeatures

#: Least distance of two sources, as a share of the longer side of the frame. Chosen, of 0.25 and
#: 0.35, on validation clips of SoundingShapes `multi`.
APART = 0.35


class Sources(NamedTuple):
    """K sources of each of N clips, in the order in which they were found."""

    #: Of all locations (N, K, H', W'), nats, in what the sources before left of the audio.
    evidence: Tensor
    owned: Tensor  #: Whether a location is nearest to this source (N, K, H', W').
    #: Evidence of each source's own location (N, K), nats; near 0 where nothing was left.
    scores: Tensor
    masks: Tensor  #: Shares of the spectrogram's power (N, K, F, T_a), 0 to 1; see :func:`shares`.

    @property
    def count(self) -> Tensor:
        """How many there are (N,): those before the first that matches no better than chance."""
        return (self.scores > 0).cumprod(dim=1).sum(dim=1)

    @property
    def maps(self) -> Tensor:
        """Evidence (N, K, H', W'); where another source is nearer, it lies below all others."""
        lowest = self.evidence.amin(dim=(-2, -1), keepdim=True) - 1
        return torch.where(self.owned, self.evidence, lowest)


@torch.no_grad()
def explain_away(
    model: BaseRecognizer, inputs: dict, features: MatchFeatures, count: int
) -> Sources:
    """Find ``count`` sources one by one; ``model`` is an :class:`AudioVisualRecognizer`.

    The location with the most evidence in window 0, which is in sync, is the first source. Its mask
    says which part of the audio it explains; the rest goes through the audio tower again and is
    matched with the same clip. The location that explains it best, apart from those found, is next.
    ``ConfigError`` if the model's neck has no mask.
    """
    neck, log_mel, log_mels = model.neck, model.data_preprocessor.log_mel, inputs['log_mels']
    steps = features.visual.shape[1], features.audio.shape[1]
    times, window_times = model.step_times(inputs, *steps)
    rows, columns = torch.meshgrid(*map(torch.arange, features.grid), indexing='ij')
    spots = torch.stack([rows.flatten(), columns.flatten()], dim=1).to(features.visual)
    distances = torch.cdist(spots, spots) / max(features.grid)
    power, evidence = log_mel.to_power(log_mels), features.evidence[:, 0]
    free = torch.ones_like(evidence, dtype=torch.bool)
    owners, found = [], []
    for number in range(count):
        if number:
            audio = model.backbone.forward_audio(log_mel.from_power(power.clamp(min=EPS)))
            evidence = neck.match_audio(
                features.visual, features.grid, audio, times, window_times[:, :1]
            ).evidence[:, 0]
        location = evidence.masked_fill(~free, -torch.inf).argmax(dim=1)
        chosen = F.one_hot(location, len(spots)).to(evidence)
        mask = neck.separate(log_mels, features, chosen).sigmoid()
        power = power * (1 - mask.square())
        free &= distances[location] >= APART
        owners.append(distances[location])
        found.append((evidence, (evidence * chosen).sum(dim=1), mask))
    owned = F.one_hot(torch.stack(owners, dim=1).argmin(dim=1), count).mT.bool()
    evidence, scores, masks = (torch.stack(part, dim=1) for part in zip(*found, strict=True))
    evidence, owned = (x.unflatten(-1, features.grid) for x in (evidence, owned))
    sources = Sources(evidence, owned, scores, masks)
    return sources._replace(masks=shares(masks, sources.count))


def shares(masks: Tensor, count: Tensor) -> Tensor:
    """Masks (N, K, F, T_a) as shares that sum to 1 over the first ``count`` (N,), at least one."""
    numbers = torch.arange(masks.shape[1], device=masks.device)
    there = numbers < count.clamp(min=1)[:, None]
    powers = masks.square() * there[:, :, None, None]
    return powers / powers.sum(dim=1, keepdim=True).clamp(min=EPS)

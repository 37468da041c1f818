"""The match: how well a location of the video explains a band of the audio."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

MODULES = ('AGA', 'VGA', 'CMA')
#: Then the exponential of the smallest similarity less the largest is 1.8e-35, a normal float32.
LARGEST_SCALE = 40.0


class Match(nn.Module):
    r"""Compares every step of the video with every step of the audio.

    Tokens of both modalities are projected to unit vectors :math:`v_{tp}` of locations and
    :math:`a_{sl}` of frequency bands. Their similarity is the cosine over a learned temperature,
    :math:`S^{pl}_{ts} = \langle v_{tp}, a_{sl} \rangle / \tau`. The match of a location and a band
    at step :math:`t` is a log-probability: of all steps of the clip, is this audio step the one
    that belongs to this video step, and the other way round? It is in nats, and 0 at chance.

    .. math:: f_{plt} = \tfrac12 \Big( \log \mathrm{softmax}_s S^{pl}_{ts}
              + \log \mathrm{softmax}_s S^{pl}_{st} \Big)_{s=t} + \log T

    Args:
        in_channels (int): Channels D of the tokens.
        module (str): What is left to compete. ``'AGA'``: locations, bands are pooled before the
            projection; ``'VGA'``: bands, locations are pooled; ``'CMA'``: both.
        channels (int): Channels C of the unit vectors.
        temperature (float): Initial :math:`\tau`; learned. At least 1 / :data:`LARGEST_SCALE`.
        kernel_size (int): Neighbouring steps that describe a step, of either modality; odd.

    Raises:
        ConfigError: If a setting is out of its range.
    """

    def __init__(
        self,
        in_channels: int,
        module: str = 'AGA',
        channels: int = 32,
        temperature: float = 0.1,
        kernel_size: int = 5,
    ) -> None:
        super().__init__()
        if module not in MODULES:
            raise ConfigError(f'neck: module={module!r} is not one of {MODULES}.')
        if temperature < 1 / LARGEST_SCALE or kernel_size % 2 == 0:
            raise ConfigError(
                f'neck: temperature={temperature} must be at least {1 / LARGEST_SCALE} and '
                f'kernel_size={kernel_size} odd.'
            )
        self.channels = channels
        self.pools_locations = module == 'VGA'
        self.pools_bands = module == 'AGA'
        self.visual = projection(in_channels, 1 + self.pools_locations, channels, kernel_size)
        self.audio = projection(in_channels, 1 + self.pools_bands, channels, kernel_size)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))

    def embed_visual(self, tokens: Tensor) -> Tensor:
        """Tokens (N, T, P, D) -> unit vectors (N, T, P, C); P becomes 1 where they are pooled."""
        return self._embed(pool_tokens(tokens) if self.pools_locations else tokens, self.visual)

    def embed_audio(self, tokens: Tensor) -> Tensor:
        """Tokens (N, S, L, D) -> unit vectors (N, S, L, C); L becomes 1 where they are pooled."""
        return self._embed(pool_tokens(tokens) if self.pools_bands else tokens, self.audio)

    @staticmethod
    def _embed(tokens: Tensor, layers: nn.Module) -> Tensor:
        number = tokens.shape[2]
        series = tokens.permute(0, 2, 3, 1).flatten(0, 1)  # (N * P, D, T)
        embedded = layers(series).unflatten(0, (-1, number)).permute(0, 3, 1, 2)
        return F.normalize(embedded.float(), dim=-1)

    def similarity(self, visual: Tensor, audio: Tensor) -> Tensor:
        """Similarity of all steps (N, J, P, L, T, T), float32: video steps, then audio steps.

        Of unit vectors (N, T, P, C), and those of J audio windows a clip (N, J, T, L, C).
        ``ConfigError`` if a clip is too short for the match.
        """
        if visual.shape[1] < 2:
            raise ConfigError(
                'neck: a clip of 1 step is too short for the match, which compares a step with '
                'the others of its clip; use longer clips.'
            )
        # The vectors are scaled, which are far smaller than their products.
        return torch.einsum('ntpc,njslc->njplts', visual * self.scale, audio)

    @property
    def scale(self) -> Tensor:
        """The inverse of the temperature, at most :data:`LARGEST_SCALE`."""
        return self.log_scale.exp().clamp(max=LARGEST_SCALE)

    def log_probability(self, similarity: Tensor) -> Tensor:
        """The match f (..., T), in nats, of similarities (..., T, T)."""
        right = similarity.diagonal(dim1=-2, dim2=-1)
        # Rows and columns share one exponential, of at most 1: cosines are at most 1.
        shares = (similarity - self.scale).exp()
        both = shares.sum(dim=-1).log() + shares.sum(dim=-2).log()
        return right - self.scale - both / 2 + math.log(similarity.shape[-1])


def projection(in_channels: int, inputs: int, channels: int, kernel: int) -> nn.Sequential:
    """Tokens of neighbouring steps -> a vector."""
    return nn.Sequential(
        nn.Conv1d(inputs * in_channels, in_channels, kernel, padding=kernel // 2),
        nn.ReLU(inplace=True),
        nn.Conv1d(in_channels, channels, 1),
    )


def pool_tokens(tokens: Tensor) -> Tensor:
    """Mean and maximum over the tokens of a step: (..., K, D) -> (..., 1, 2D)."""
    return torch.cat([tokens.mean(dim=-2), tokens.amax(dim=-2)], dim=-1).unsqueeze(-2)

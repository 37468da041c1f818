"""Co-attention by match: what explains the audio over the whole clip is attended to."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

from .source_mask import SourceMask
from .time_alignment import interpolation_weights
from .token_neck import TokenNeck, take_steps
from .travel import TINY, Travel


class MatchFeatures(NamedTuple):
    """What :class:`CoAttentionNeck` gives to head and losses; J audio windows a clip."""

    similarity: Tensor  #: (N, J, P, L, T, T), see :meth:`Match.similarity`; for the losses.
    match: Tensor  #: f (N, J, P, L, T), nats.
    weights: Tensor  #: Of locations and bands (N, J, P, L); sum to 1 over both.
    evidence: Tensor  #: Of each location over the clip (N, J, P), nats; its bands together.
    score: Tensor  #: (N, J), nats; what the clip's locations and bands together explain.
    grid: tuple[int, int]  #: H' and W' of the P = H'W' locations; (1, 1) where they are pooled.
    visual: Tensor | None = None  #: Unit vectors of the locations (N, T, P, C).
    audio: Tensor | None = None  #: Tokens of the audio segment (N, S, L, D).
    #: Weights that take the T video steps of window 0 to the S audio steps (N, S, T).
    audio_weights: Tensor | None = None
    #: Probability (N, J, T, P) that a moving source passes a location, see :class:`Travel`.
    passing: Tensor | None = None

    @property
    def sound_map(self) -> Tensor:
        """Evidence (N, J, T', H', W'), nats; of sources that move, log-probability by step."""
        if self.passing is not None:
            return self.passing.clamp(min=TINY).log().unflatten(-1, self.grid)
        return self._at_all_steps(self.evidence)

    @property
    def attention(self) -> Tensor:
        """Weights of the locations (N, J, T', H', W'); sum to 1 at each step."""
        if self.passing is not None:
            return self.passing.unflatten(-1, self.grid)
        return self._at_all_steps(self.weights.sum(dim=-1))

    def _at_all_steps(self, values: Tensor) -> Tensor:
        maps = values.unflatten(-1, self.grid)
        return maps[:, :, None].expand(-1, -1, self.match.shape[-1], -1, -1)


@MODELS.register_module()
class CoAttentionNeck(TokenNeck):
    r"""Locations, frequency bands, or pairs of both compete with their match over the whole clip.

    ::

        visual (N, C, T', H', W') - tokens - unit vectors v (N, T', P, C) -+
                                                                           +- f (N, J, P, L, T')
        audio (N, C, L, T'') ------ tokens - unit vectors a (N, T'', L, C) +

    What makes a sound matches it at most steps; a silent look-alike does now and then. So the match
    is averaged over the T steps before anything competes, :math:`e_{pl} = \bar f_{pl}`. Attention
    weights are :math:`w_{pl} = \mathrm{softmax}(\beta \sqrt T e_{pl})`, :math:`\beta` learned; the
    score of an audio window is their log-mean-exp over :math:`\beta \sqrt T`.

    The modules are those of "Look, Listen, and Attend" (Cheng et al., ACM MM 2020): locations
    compete in AGA, bands in VGA, pairs in CMA. Their literal form is :class:`DotProductNeck`.

    Args:
        in_channels, embed_dims, centre_time: See :class:`TokenNeck`.
        module (str): ``'AGA'``, ``'VGA'`` or ``'CMA'``.
        match (dict, optional): Further arguments of :class:`Match`.
        mask (bool): Whether a :class:`SourceMask` tells which part of the audio a location makes.
        travel (bool): Whether paths of neighbouring locations compete in place of locations (AGA
            only), for sources that move; see :class:`Travel`.

    Raises:
        ConfigError: If a setting is out of its range; in use, if a clip is too short.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        embed_dims: int = 64,
        module: str = 'AGA',
        centre_time: bool = True,
        match: dict | None = None,
        mask: bool = False,
        travel: bool = False,
    ) -> None:
        super().__init__(in_channels, embed_dims, centre_time, dict(match or {}, module=module))
        if travel and module != 'AGA':
            raise ConfigError(f'neck: travel=True needs module AGA, not {module}.')
        self.travel = Travel() if travel else None
        self.mask = SourceMask(embed_dims, self.match.channels) if mask else None
        self.log_sharpness = nn.Parameter(torch.zeros(()))

    def forward(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> MatchFeatures:
        """Match J windows of an audio segment with a clip.

        Args:
            visual (Tensor): Features of the clip (N, C_v, T', H', W').
            audio (Tensor): Features of the segment (N, C_a, L, T'').
            audio_times (Tensor): (T'',), s from the start of the segment.
            window_times (Tensor): The T' steps of each window (N, J, T'), s of the segment.
        """
        grid = (1, 1) if self.match.pools_locations else tuple(visual.shape[-2:])
        v = self.match.embed_visual(self.visual_tokens(visual))
        return self.match_audio(v, grid, audio, audio_times, window_times)

    def match_audio(
        self,
        visual: Tensor,
        grid: tuple[int, int],
        audio: Tensor,
        audio_times: Tensor,
        window_times: Tensor,
    ) -> MatchFeatures:
        """Match audio with the unit vectors (N, T', P, C) of a clip; see :meth:`forward`."""
        tokens = self.audio_tokens(audio)
        a = self._windows(tokens, audio_times, window_times)
        starts = window_times[:, 0, :1]
        weights = interpolation_weights(window_times[0, 0] - starts[0], audio_times - starts)
        *matched, _, _, _, passing = self.compare(visual, a, grid)
        # Not `_replace`, which torch.compile of torch 2.6 cannot follow.
        return MatchFeatures(*matched, visual, tokens, weights, passing)

    def embed(
        self, visual: Tensor, audio: Tensor, audio_times: Tensor, window_times: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Unit vectors of the clip (N, T', P, C) and of the windows (N, J, T', L, C)."""
        v = self.match.embed_visual(self.visual_tokens(visual))
        return v, self._windows(self.audio_tokens(audio), audio_times, window_times)

    def _windows(self, tokens: Tensor, audio_times: Tensor, window_times: Tensor) -> Tensor:
        a = take_steps(self.match.embed_audio(tokens), audio_times, window_times)
        return F.normalize(a, dim=-1)

    def compare(self, visual: Tensor, audio: Tensor, grid: tuple[int, int]) -> MatchFeatures:
        """Match unit vectors of clips with those of their windows; see :meth:`embed`."""
        similarity = self.match.similarity(visual, audio)
        match = self.match.log_probability(similarity)
        if self.travel is None:
            competition = self.compete(match.mean(dim=-1), match.shape[-1])
            return MatchFeatures(similarity, match, *competition, grid)
        *weights, passing = self.follow(match[:, :, :, 0], grid)
        return MatchFeatures(similarity, match, *weights, grid, passing=passing)

    def follow(self, match: Tensor, grid: tuple[int, int]) -> tuple[Tensor, ...]:
        """Let paths over the grid (H', W') compete with their match (N, J, P, T), nats.

        As :meth:`compete`, the share of time at a location as its weight; and ``passing``.
        """
        steps = match.shape[-1]
        sharpness = self.log_sharpness.exp() * math.sqrt(steps)
        products = (match * sharpness / steps).movedim(-1, 2).unflatten(-1, grid)
        total, passing = self.travel(products.flatten(0, 1))
        score = total.view(match.shape[:2]) / sharpness
        passing = passing.flatten(-2).unflatten(0, match.shape[:2])
        return passing.mean(dim=2)[..., None], match.mean(dim=-1), score, passing

    def separate(self, log_mels: Tensor, features: MatchFeatures, weights: Tensor) -> Tensor:
        """Logits (N, F, T_a) of the mask of what locations make, in the time of window 0.

        Of the spectrogram (N, F, T_a) of the segment, its features, and the locations' weights
        (N, P). ``ConfigError`` if the neck was built without a mask.
        """
        if self.mask is None:
            raise ConfigError('neck: this network has no mask of sources; train it with mask=True.')
        query = torch.einsum('ntpc,np->ntc', features.visual, weights)
        return self.mask(log_mels, features.audio, features.audio_weights @ query)

    def compete(self, evidence: Tensor, steps: int) -> tuple[Tensor, Tensor, Tensor]:
        """Let locations and bands compete with their match, averaged over the steps of a clip.

        Of (..., P, L), nats: weights (..., P, L), evidence of the locations (..., P), score (...).
        """
        sharpness = self.log_sharpness.exp().to(evidence.device) * math.sqrt(steps)
        products = sharpness * evidence
        weights = products.flatten(-2).softmax(dim=-1).view_as(evidence)
        locations = products.logsumexp(dim=-1) - math.log(products.shape[-1])
        score = locations.logsumexp(dim=-1) - math.log(products.shape[-2])
        return weights, locations / sharpness, score / sharpness

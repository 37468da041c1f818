"""Contrast over time: a step's sound belongs to some place of the same step's picture."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

#: In place of the products of steps that take no part; others are at most 1 over the temperature.
#: Finite, for runtimes whose log-sum-exp makes nan of an infinity.
OUT_OF_REACH = -1e4


@MODELS.register_module()
class TimeContrast(BaseModule):
    r"""An auxiliary loss that compares every step of the picture with every step of the sound.

    The decision "in sync or not" is one bit a clip. This term asks for each step :math:`t` which of
    the clip's steps the sound belongs to, and the other way round, and so learns from a few clips
    what the decision alone learns from many. It takes part in training only, unless
    :class:`PlaceEvidence` also decides by what it compares.

    A place :math:`p` of the picture and a step of the sound are compared by the cosine of two small
    projections; a step of the picture matches a step of the sound as well as its best places do,
    which ones is not told (multiple-instance learning by log-mean-exp):

    .. math:: S_{tt'} = \log \frac{1}{P} \sum_p \exp(\langle v_{tp}, a_{t'} \rangle / \tau)

    The loss is the cross-entropy of rows and of columns of :math:`S` with :math:`t' = t` as the
    right answer (InfoNCE, van den Oord et al. 2018; both ways as in CLIP; over places as in
    Afouras et al. 2020, "Self-supervised learning of audio-visual objects from video").

    So each step may have other places than the next, and what moves in silence serves as well, now
    and then. With ``scope='place'`` a place must explain the clip: the cross-entropy :math:`l_p` of
    the clip's :math:`T` steps is taken for each place alone, and the places are a mixture of which
    one is the source, tempered so that no place wins before it has learned anything:

    .. math:: -\frac{1}{\sqrt T} \log \frac{1}{P} \sum_p \exp(-\sqrt T\, l_p)

    Steps closer than ``min_steps`` are left out of the wrong answers, and the ``edge`` first and
    last steps take no part: zero padding of the convolutions marks both ends of either modality
    alike, and to match those marks is no synchronisation.

    Args:
        in_channels (int): Channels D of the tokens.
        channels (int): Channels in which they are compared.
        min_steps (int): Smallest distance of a wrong answer, in steps.
        edge (int): Steps left out at either end.
        temperature (float): Initial temperature; learned.
        kernel_size (int): Steps of the sound that describe a step; odd.
        scope (str): ``'frame'``: each step has places of its own; ``'place'``: those of the clip.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If a setting is out of its range.
    """

    SCOPES = ('frame', 'place')

    def __init__(
        self,
        in_channels: int,
        channels: int = 32,
        min_steps: int = 3,
        edge: int = 4,
        temperature: float = 0.1,
        kernel_size: int = 5,
        scope: str = 'frame',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if scope not in self.SCOPES:
            raise ConfigError(f'time_contrast: scope={scope!r} is not one of {self.SCOPES}.')
        if min_steps < 1 or edge < 0 or temperature <= 0 or kernel_size % 2 == 0:
            raise ConfigError(
                'time_contrast: min_steps must be at least 1, edge at least 0, temperature above 0 '
                f'and kernel_size odd; got {min_steps}, {edge}, {temperature} and {kernel_size}.'
            )
        self.min_steps = min_steps
        self.edge = edge
        self.scope = scope
        self.visual = nn.Linear(in_channels, channels)
        self.audio = nn.Sequential(
            nn.Conv1d(2 * in_channels, in_channels, kernel_size, padding=kernel_size // 2),
            nn.ReLU(inplace=True),
            nn.Conv1d(in_channels, channels, 1),
        )
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))

    def embed(self, visual_tokens: Tensor, audio_tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors of both modalities.

        Args:
            visual_tokens (Tensor): (N, T, P, D).
            audio_tokens (Tensor): (N, T, L, D): L frequencies.

        Returns:
            tuple[Tensor, Tensor]: (N, T, P, C) and (N, T, C).
        """
        return self.embed_picture(visual_tokens), self.embed_sound(audio_tokens)

    def embed_picture(self, visual_tokens: Tensor) -> Tensor:
        """Unit vectors (..., C) of tokens of the picture (..., D)."""
        return F.normalize(self.visual(visual_tokens), dim=-1)

    def embed_sound(self, audio_tokens: Tensor) -> Tensor:
        """Unit vectors (N, T, C) of tokens of the sound (N, T, L, D)."""
        pooled = torch.cat([audio_tokens.mean(dim=2), audio_tokens.amax(dim=2)], dim=-1)
        audio = self.audio(pooled.transpose(1, 2)).transpose(1, 2)
        return F.normalize(audio, dim=-1)

    def count_steps(self, steps: int) -> int:
        """Steps that take part of a clip of so many.

        Raises:
            ConfigError: If a clip is too short for ``edge`` and ``min_steps``.
        """
        inside = steps - 2 * self.edge
        if inside <= self.min_steps:
            raise ConfigError(
                f'time_contrast: a clip of {steps} steps leaves {max(inside, 0)} '
                f'after edge={self.edge} at both ends; it needs more than '
                f'min_steps={self.min_steps}. Use longer clips or smaller values.'
            )
        return inside

    def near_steps(self, steps: int, device: torch.device) -> Tensor:
        """Which pairs of steps are too close to be wrong answers: (T, T), boolean."""
        index = torch.arange(steps, device=device)
        distance = (index[:, None] - index).abs()
        return (distance > 0) & (distance < self.min_steps)

    def similarity(self, visual: Tensor, audio: Tensor) -> Tensor:
        """How well each step of the picture goes with each step of the sound.

        Args:
            visual (Tensor): Unit vectors (N, T, P, C).
            audio (Tensor): Unit vectors (N, T', C).

        Returns:
            Tensor: S of the class's formula, (N, T, T').
        """
        places = visual.shape[2]
        product = torch.einsum('ntpc,nsc->ntsp', visual, audio).float() * self.log_scale.exp()
        return product.logsumexp(dim=-1) - math.log(places)

    def fit(self, visual: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        """How well each place alone goes with the sound of the same step.

        Args:
            visual (Tensor): Unit vectors (N, T, P, C).
            audio (Tensor): Unit vectors of J sounds each (N, J, T, C).

        Returns:
            tuple[Tensor, Tensor]: The log-probability that of all steps this is the one that
            belongs together, mean of both directions, and the cosine: (N, J, P, T) each.
        """
        scale = self.log_scale.exp()
        cosines = torch.einsum('ntpc,njtc->njpt', visual, audio).float()
        products = torch.einsum('ntpc,njsc->njpts', visual, audio).float() * scale
        near = self.near_steps(products.shape[-1], products.device)
        products = products.masked_fill(near, OUT_OF_REACH)
        both = products.logsumexp(dim=-1) + products.logsumexp(dim=-2)
        return cosines * scale - both / 2, cosines

    def fit_inside(self, visual_tokens: Tensor, audio_tokens: Tensor) -> tuple[Tensor, Tensor]:
        """:meth:`fit` of tokens, at the steps that take part.

        Args:
            visual_tokens (Tensor): (N, T, P, D).
            audio_tokens (Tensor): Of J sounds each (N, J, T, L, D).

        Returns:
            tuple[Tensor, Tensor]: (N, J, P, T - 2 edge) each.

        Raises:
            ConfigError: If a clip is too short for ``edge`` and ``min_steps``.
        """
        steps = self.count_steps(visual_tokens.shape[1])
        # Cut before the comparison, whose cost grows with the square of the steps.
        inside = slice(self.edge, self.edge + steps)
        audio = self.embed_sound(audio_tokens.flatten(0, 1))[:, inside]
        audio = audio.unflatten(0, audio_tokens.shape[:2])
        return self.fit(self.embed_picture(visual_tokens)[:, inside], audio)

    def forward(self, visual_tokens: Tensor, audio_tokens: Tensor) -> Tensor:
        """The loss; of chance, the logarithm of the number of steps that take part.

        Args:
            visual_tokens (Tensor): (N, T, P, D).
            audio_tokens (Tensor): Tokens of the in-sync sound (N, T, L, D).

        Returns:
            Tensor: Scalar.

        Raises:
            ConfigError: If a clip is too short for ``edge`` and ``min_steps``.
        """
        if self.scope == 'place':
            fit, _ = self.fit_inside(visual_tokens, audio_tokens[:, None])
            loss = -fit[:, 0].mean(dim=-1)  # (N, P)
            sharpness = math.sqrt(fit.shape[-1])
            evidence = (-sharpness * loss).logsumexp(dim=-1) - math.log(loss.shape[-1])
            return -evidence.mean() / sharpness
        steps = self.count_steps(visual_tokens.shape[1])
        inside = slice(self.edge, self.edge + steps)
        visual, audio = self.embed(visual_tokens, audio_tokens)
        near = self.near_steps(steps, visual.device)
        similarity = self.similarity(visual[:, inside], audio[:, inside])
        return self.cross_entropy(similarity.masked_fill(near, OUT_OF_REACH))

    @staticmethod
    def cross_entropy(similarity: Tensor) -> Tensor:
        """Mean cross-entropy of rows and columns of (N, T, T), the diagonal being right."""
        right = torch.arange(similarity.shape[-1], device=similarity.device)
        right = right.expand(similarity.shape[:2])
        rows = F.cross_entropy(similarity.flatten(0, 1), right.flatten())
        columns = F.cross_entropy(similarity.transpose(1, 2).flatten(0, 1), right.flatten())
        return (rows + columns) / 2

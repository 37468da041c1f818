"""Which moving thing sounds: evidence over a clip picks it, motion says where it is now."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .base import ClipEvidence, MapSource
from .evidence_map import EvidenceMap
from .similarity_map import SimilarityMap

#: What may say which of the moving things sounds.
PICKERS = dict(evidence=EvidenceMap, similarity=SimilarityMap)


@MODELS.register_module()
class MovingSourceMap(MapSource):
    r"""The moving thing, whole, where it goes with the sound over the clip.

    .. math:: M_t(p) = G_b\big[q_s(D_t)\, g + w\, q_e(\nabla I_t)\, R\big](p), \qquad
        g(p) = \exp\big(\beta\, z(p)\big)

    - :math:`z` is how well a place explains the sound (:class:`EvidenceMap`), averaged over the
      clip and standardised over the places. A source stays a source for seconds, so the mean tells
      better *which* thing sounds than any moment does.
    - :math:`D_t`, the smaller of the changes from the frame before and to the frame after, is where
      something moves that is there now (three-frame differencing).
    - :math:`\nabla I_t`, the strength of edges in colour, adds the parts that rest, near what
      moves and sounds at some time of the clip: :math:`R`, the blurred mean of :math:`q_s(D)\, g`,
      1 at its highest. They need no evidence of their own, which a part at rest does not have.
    - :math:`q_s(x) = x / (x + s)` keeps fast and bright things from outdoing slow ones, and
      :math:`G_b` blurs.

    The map has the resolution of the network's input, in space and in time, and is for things that
    move when they sound and hardly travel within the clip. Design and defaults are our own, chosen
    on validation clips of SoundingShapes (``configs/localization/README.md``).

    Args:
        sharpness (float): :math:`\beta`. 0 leaves what moves, as a control that does not hear.
        still_parts (float): :math:`w`.
        saturation (float): :math:`s`, grey levels of 255.
        edge_saturation (float): :math:`e`, levels of 255 per pixel.
        blur (float): Standard deviation of :math:`G_b`, as a share of the shorter side.
        reach (float): The same of the blur in :math:`R`.
        picker (str): What :math:`z` is: ``'evidence'`` or ``'similarity'`` (:class:`SimilarityMap`,
            for clips too short for the former).
        confidence (str): As in :class:`MapSource`, but read off the similarity averaged over the
            clip, since motion is no evidence of sound. Defaults to ``'contrast'``.
        **kwargs: See :class:`MapSource`.

    Raises:
        ConfigError: If a setting is out of its range.
    """

    def __init__(
        self,
        sharpness: float = 1.5,
        still_parts: float = 60.0,
        saturation: float = 8.0,
        edge_saturation: float = 32.0,
        blur: float = 0.045,
        reach: float = 0.143,
        picker: str = 'evidence',
        confidence: str = 'contrast',
        **kwargs,
    ) -> None:
        super().__init__(confidence=confidence, **kwargs)
        for name, value in (('sharpness', sharpness), ('still_parts', still_parts)):
            if value < 0:
                raise ConfigError(f'MovingSourceMap: {name}={value} must not be negative.')
        for name, value in (
            ('saturation', saturation),
            ('edge_saturation', edge_saturation),
            ('blur', blur),
            ('reach', reach),
        ):
            if not value > 0:
                raise ConfigError(f'MovingSourceMap: {name}={value} must be above 0.')
        if picker not in PICKERS:
            raise ConfigError(f'MovingSourceMap: picker={picker!r} is not one of {tuple(PICKERS)}.')
        self.picker = PICKERS[picker]()
        self.similarity = SimilarityMap()
        self.sharpness = sharpness
        self.still_parts = still_parts
        self.saturation = saturation
        self.edge_saturation = edge_saturation
        self.blur = blur
        self.reach = reach

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """What moves, weighted by evidence (N, J, T, H, W), the size of the frames."""
        if evidence.frames is None:
            raise ConfigError('MovingSourceMap needs the frames of the clip (ClipEvidence.frames).')
        frames = evidence.frames.float()
        moving, edges = self._moving(frames.mean(dim=1)), self._edges(frames)
        fit = self.picker.raw_maps(evidence).mean(dim=2)  # (N, J, H', W')
        spread = fit.std(dim=(-2, -1), keepdim=True).clamp(min=1e-6)
        fit = (fit - fit.mean(dim=(-2, -1), keepdim=True)) / spread
        size = tuple(frames.shape[-2:])
        fit = F.interpolate(fit, size=size, mode='bilinear', align_corners=False)
        weight = (self.sharpness * fit).exp()
        return torch.stack(
            [self._whole_thing(moving * weight[:, j, None], edges) for j in range(fit.shape[1])],
            dim=1,
        )

    def _moving(self, grey: Tensor) -> Tensor:
        """How much each place of grey frames (N, T, H, W) moves, the same shape."""
        step = (grey[:, 1:] - grey[:, :-1]).abs()
        before = torch.cat([step[:, :1], step], dim=1)
        after = torch.cat([step, step[:, -1:]], dim=1)
        return saturate(torch.minimum(before, after), self.saturation)

    def _edges(self, frames: Tensor) -> Tensor:
        """Edges of frames (N, C, T, H, W) in any colour (N, T, H, W)."""
        squares = frames.new_zeros(())
        for colour in frames.unbind(dim=1):
            down, across = torch.gradient(gaussian_blur(colour, 1.0), dim=(-2, -1))
            squares = squares + down.square() + across.square()
        return saturate(squares.sqrt(), self.edge_saturation)

    def _whole_thing(self, moving: Tensor, edges: Tensor) -> Tensor:
        """What moves and sounds and the edges near it, blurred; all (N, T, H, W)."""
        side = min(moving.shape[-2:])
        near = gaussian_blur(moving.mean(dim=1, keepdim=True), self.reach * side)
        near = near / near.amax(dim=(-2, -1), keepdim=True).clamp(min=1e-6)
        return gaussian_blur(moving + self.still_parts * edges * near, self.blur * side)

    def confidence_maps(self, evidence: ClipEvidence, maps: Tensor) -> Tensor:
        """The similarity averaged over the clip, on one scale for all clips (N, J, 1, H', W')."""
        return self.similarity.raw_maps(evidence).mean(dim=2, keepdim=True)


def saturate(values: Tensor, half: float) -> Tensor:
    """From 0 towards 1, 0.5 at ``half``."""
    return values / (values + half)


def gaussian_blur(maps: Tensor, sigma: float) -> Tensor:
    """Blur the last two axes; the edge is continued by its last value.

    Args:
        maps (Tensor): (N, T, H, W).
        sigma (float): Standard deviation, px.

    Returns:
        Tensor: (N, T, H, W).
    """
    radius = math.ceil(3 * sigma)
    places = torch.arange(-radius, radius + 1, dtype=maps.dtype, device=maps.device)
    kernel = torch.exp(-(places**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    flat = maps.flatten(0, 1)[:, None]
    flat = F.conv2d(
        F.pad(flat, (0, 0, radius, radius), mode='replicate'), kernel[:, None][None, None]
    )
    flat = F.conv2d(F.pad(flat, (radius, radius, 0, 0), mode='replicate'), kernel[None, None, None])
    return flat[:, 0].view_as(maps)

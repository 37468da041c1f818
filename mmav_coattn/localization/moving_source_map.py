"""Which moving thing sounds: similarity over a clip picks it, motion says where it is now."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError

from .base import ClipEvidence, MapSource
from .similarity_map import SimilarityMap


@MODELS.register_module()
class MovingSourceMap(SimilarityMap):
    r"""Motion energy, weighted by how well each place goes with the sound over the clip.

    .. math:: M_t(p) = E_t(p) \, \exp\big(\beta\, z(p)\big), \qquad
              z(p) = \frac{\bar s(p) - \mu}{\sigma}

    :math:`E_t` is the absolute change of the picture at frame t, blurred; :math:`\bar s` is the
    similarity of picture and sound (:class:`SimilarityMap`) averaged over the clip, and
    :math:`\mu, \sigma` are its mean and standard deviation over the places. A source stays a source
    for seconds, so a clip's mean tells better *which* object sounds than any moment does; the
    picture's own motion tells *where* its parts are, finer than the tower's places do.

    For things that move when they sound and hardly travel within the clip. The map has the
    resolution of the network's input, in space and in time.

    Args:
        sharpness (float): :math:`\beta`. 0 leaves motion alone, as a control that does not hear.
        blur (float): Standard deviation of the blur of the motion energy, as a fraction of the
            picture's shorter side.
        confidence (str): As in :class:`MapSource`; read off the similarity, since motion is no
            evidence of sound. Defaults to ``'contrast'``.
        **kwargs: See :class:`SimilarityMap`.

    Raises:
        ConfigError: If ``sharpness`` is negative or ``blur`` is not positive.
    """

    def __init__(
        self,
        sharpness: float = 2.0,
        blur: float = 1 / 16,
        confidence: str = 'contrast',
        **kwargs,
    ) -> None:
        super().__init__(confidence=confidence, **kwargs)
        if sharpness < 0 or not blur > 0:
            raise ConfigError(
                f'MovingSourceMap: sharpness={sharpness} must not be negative and blur={blur} '
                f'must be above 0.'
            )
        self.sharpness = sharpness
        self.blur = blur

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Motion energy weighted by similarity (N, J, T, H, W), the size of the frames."""
        imgs = evidence.imgs
        change = torch.gradient(imgs, dim=2)[0].abs().mean(dim=1)  # (N, T, H, W)
        energy = gaussian_blur(change, self.blur * min(change.shape[-2:]))
        similarity = super().raw_maps(evidence).mean(dim=2)  # (N, J, H', W')
        spread = similarity.std(dim=(-2, -1), keepdim=True).clamp(min=1e-6)
        evidence_of_place = (similarity - similarity.mean(dim=(-2, -1), keepdim=True)) / spread
        gate = F.interpolate(
            self.sharpness * evidence_of_place,
            size=tuple(change.shape[-2:]),
            mode='bilinear',
            align_corners=False,
        ).exp()
        return energy[:, None] * gate[:, :, None]

    def confidence_maps(self, evidence: ClipEvidence, maps: Tensor) -> Tensor:
        """The similarity, which is on one scale for all clips."""
        return super().raw_maps(evidence)

    def weights(self, maps: Tensor) -> Tensor:
        """Shares of the places of each step."""
        return MapSource.weights(self, maps)


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

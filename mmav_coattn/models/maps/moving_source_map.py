"""The match map refined by the frames: the whole moving object that explains the audio."""

import math

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError

#: Settings were chosen on validation clips of SoundingShapes (``configs/localization/README.md``).
SATURATION, EDGE_SATURATION = 8.0, 32.0  # grey levels of 255; levels a pixel
BLUR, REACH = 0.045, 0.143  # standard deviations, as shares of the shorter side


@MODELS.register_module()
class MovingSourceMap(nn.Module):
    r"""What moves, weighted by the match map of the clip.

    .. math:: M_t(p) = G_b\big[q_s(D_t)\, g + w\, q_e(\nabla I_t)\, R\big](p), \qquad
        g(p) = \exp\big(\beta\, z(p)\big)

    - :math:`z` is the match map, averaged over the clip and standardised over the locations.
    - :math:`D_t` is the smaller of the changes from the frame before and to the frame after.
    - :math:`\nabla I_t`, the strength of colour edges, adds the parts at rest near what moves and
      sounds at some time of the clip: :math:`R` is the blurred mean of :math:`q_s(D)\, g`, 1 at its
      highest.
    - :math:`q_s(x) = x / (x + s)` keeps bright things from outdoing others; :math:`G_b` blurs.

    Args:
        sharpness (float): :math:`\beta`. 0 leaves what moves, a control that ignores the audio.
        still_parts (float): :math:`w`.
        travel (bool): Whether sources travel within a clip (:class:`Travel`): :math:`z` and
            :math:`R` are then those of step :math:`t` alone.

    Raises:
        ConfigError: If a setting is negative.
    """

    def __init__(
        self, sharpness: float = 1.5, still_parts: float = 60.0, travel: bool = False
    ) -> None:
        super().__init__()
        if sharpness < 0 or still_parts < 0:
            raise ConfigError(
                f'MovingSourceMap: sharpness={sharpness} and still_parts={still_parts} must not be '
                'negative.'
            )
        self.sharpness = sharpness
        self.still_parts = still_parts
        self.travel = travel

    def forward(self, maps: Tensor, frames: Tensor, owned: Tensor | None = None) -> Tensor:
        """Match maps (N, J, T', H', W') and frames (N, C, T, H, W), uint8 -> (N, J, T, H, W).

        ``owned`` says which locations may count (N, J, H', W'), by default all.
        """
        frames = frames.float()
        moving, edges = moving_parts(frames.mean(dim=1)), colour_edges(frames)
        maps = maps if self.travel else maps.mean(dim=2, keepdim=True)
        steps = frames.shape[2] if self.travel else 1
        spread = maps.std(dim=(-2, -1), keepdim=True).clamp(min=1e-6)
        standard = (maps - maps.mean(dim=(-2, -1), keepdim=True)) / spread
        size = steps, *frames.shape[-2:]
        weight = (self.sharpness * F.interpolate(standard, size, mode='trilinear')).exp()
        if owned is not None:
            shares = owned.to(weight)[:, :, None]
            weight = weight * F.interpolate(shares, (1, *size[1:]), mode='trilinear')
        objects = []
        for each in weight.unbind(dim=1):  # what moves and sounds, and the edges near it
            sounding = moving * each
            where = sounding if self.travel else sounding.mean(dim=1, keepdim=True)
            near = gaussian_blur(where, REACH * min(size[1:]))
            near = near / near.amax(dim=(-2, -1), keepdim=True).clamp(min=1e-6)
            whole = sounding + self.still_parts * edges * near
            objects.append(gaussian_blur(whole, BLUR * min(size[1:])))
        return torch.stack(objects, dim=1)


def moving_parts(grey: Tensor) -> Tensor:
    """How much each pixel of grey frames (N, T, H, W) moves, the same shape."""
    step = (grey[:, 1:] - grey[:, :-1]).abs()
    before = torch.cat([step[:, :1], step], dim=1)
    after = torch.cat([step, step[:, -1:]], dim=1)
    change = torch.minimum(before, after)
    return change / (change + SATURATION)


def colour_edges(frames: Tensor) -> Tensor:
    """Edges of frames (N, C, T, H, W) in any colour (N, T, H, W)."""
    squares = frames.new_zeros(())
    for colour in frames.unbind(dim=1):
        down, across = torch.gradient(gaussian_blur(colour, 1.0), dim=(-2, -1))
        squares = squares + down.square() + across.square()
    strength = squares.sqrt()
    return strength / (strength + EDGE_SATURATION)


def gaussian_blur(maps: Tensor, sigma: float) -> Tensor:
    """Blur the last two axes of (N, T, H, W); the edge is continued. ``sigma`` is in px."""
    radius = math.ceil(3 * sigma)
    offsets = torch.arange(-radius, radius + 1, dtype=maps.dtype, device=maps.device)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    blurred = maps.flatten(0, 1)[:, None]
    for _ in range(2):  # down the columns, then along the rows
        padded = F.pad(blurred.mT, (radius, radius, 0, 0), mode='replicate')
        blurred = F.conv2d(padded, kernel[None, None, None])
    return blurred.view_as(maps)

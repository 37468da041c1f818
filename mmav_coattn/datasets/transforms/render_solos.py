"""What each source of a simulated scene sounds like alone."""

from __future__ import annotations

import re

import torch
from mmaction.registry import TRANSFORMS

from mmav_coattn.errors import ConfigError
from mmav_coattn.sounding_shapes import draw_scene, render_solos

from .base import Transform


@TRANSFORMS.register_module()
class RenderSolos(Transform):
    """Render the audio of each source of a SoundingShapes clip, for the same time as ``audio``.

    Required Keys:

    - relpath, audio, audio_start, sample_rate

    Added Keys:

    - solos (torch.Tensor): (sources, S) float32, without the room's noise.

    Args:
        seed (int): Of the set. Defaults to 0.

    Raises:
        ConfigError: If the clip is none of SoundingShapes.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def transform(self, results: dict) -> dict:
        """Add the solos."""
        found = re.fullmatch(r'(\w+)/(\w+)/(\d+)\.mp4', results['relpath'])
        if found is None:
            raise ConfigError(f'{results["relpath"]}: RenderSolos needs clips of SoundingShapes.')
        scene = draw_scene(self.seed, found[1], found[2], int(found[3]))
        start = round(results['audio_start'] * results['sample_rate'])
        solos = render_solos(scene, self.seed, start, start + results['audio'].shape[-1])
        results['solos'] = torch.from_numpy(solos).float()
        return results

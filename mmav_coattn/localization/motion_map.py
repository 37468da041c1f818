"""Where the picture changes, whatever the sound: the baseline that a map has to beat."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.visual_stages import last_stage

from .base import ClipEvidence, MapSource


@MODELS.register_module()
class MotionMap(MapSource):
    """Absolute central difference of the normalised frames, averaged within the tower's places.

    It does not hear: all sounds of a clip get one map.
    """

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Mean change a frame (N, J, T', H', W'), in units of the normalised picture."""
        change = torch.gradient(evidence.imgs, dim=2)[0].abs().mean(dim=1)  # (N, T, H, W)
        logits = evidence.model.cls_head.predict(evidence.features)
        places = evidence.imgs.shape[-2] // 4, evidence.imgs.shape[-1] // 4
        steps = change.shape[1]
        if evidence.visual is not None:
            steps, *places = last_stage(evidence.visual).shape[-3:]
        pooled = F.adaptive_avg_pool3d(change, (steps, *places))
        return pooled[:, None].expand(-1, logits.shape[1], -1, -1, -1)

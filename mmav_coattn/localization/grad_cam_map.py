"""Which places of the picture speak for "in sync": Grad-CAM on the logit."""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import as_stages

from .base import ClipEvidence, MapSource


@MODELS.register_module()
class GradCAMMap(MapSource):
    r"""Grad-CAM (Selvaraju et al., ICCV 2017) of the sync logit at the visual tower's output.

    With features :math:`A_c` and the gradient :math:`g_c` of a sound's logit at the same places,

    .. math:: M_{tp} = \max(0, \sum_c \bar{g}_{ct} A_{ctp})

    where :math:`\bar g` is the mean over the places of a step. ``elementwise`` leaves that mean out
    (HiResCAM, Draelos & Carin 2020). Costs one backward pass through neck and head for each sound.
    Where the tower hands on several stages, the map is of the deepest.

    Args:
        elementwise (bool): Multiply gradients and features place by place.
        **kwargs: See :class:`MapSource`.
    """

    def __init__(self, elementwise: bool = False, **kwargs) -> None:
        super().__init__(**kwargs)
        self.elementwise = elementwise

    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Maps (N, J, T', H', W'), not negative."""
        if evidence.visual is None:
            raise ConfigError(
                'GradCAMMap: this network has no visual tower; use another map_source.'
            )
        model = evidence.model
        with torch.enable_grad():
            *finer, visual = (stage.detach() for stage in as_stages(evidence.visual))
            visual.requires_grad_()
            features = model.attend(
                (*finer, visual) if finer else visual,
                evidence.audio.detach(),
                evidence.imgs.shape[2],
                evidence.num_spectra,
                evidence.clip_seconds,
            )
            logits = model.cls_head(features).float()
            # Clips do not mix in evaluation, so the sum over them has the gradients of each.
            gradients = [
                torch.autograd.grad(logits[:, index].sum(), visual, retain_graph=True)[0]
                for index in range(logits.shape[1])
            ]
        gradient = torch.stack(gradients, dim=1)  # (N, J, C, T', H', W')
        features = visual.detach()
        if getattr(model.neck, 'centre_time', False):
            # What stays the same all the clip is taken out by the neck: it moves no logit.
            features = features - features.mean(dim=2, keepdim=True)
        if not self.elementwise:
            gradient = gradient.mean(dim=(-2, -1), keepdim=True)
        return (gradient * features[:, None]).sum(dim=2).clamp(min=0)

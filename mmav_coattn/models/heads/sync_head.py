"""Is this sound in sync with this picture?"""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures
from mmav_coattn.models.necks.token_norm import build_token_norm, check_groups

from .base_sync_head import BaseSyncHead
from .place_evidence import PlaceEvidence


@MODELS.register_module()
class SyncHead(BaseSyncHead):
    """Fuses both streams per time step, looks over neighbouring steps, pools over time.

    Its losses are those of :class:`BaseSyncHead`.

    Args:
        in_channels (int): Channels D of the streams.
        hidden_channels (int, optional): Channels inside; D by default.
        kernel_size (int): Length of the convolutions over time; odd.
        num_convs (int): Convolutions over time.
        dropout (float): Before the last layer.
        ranking_weight (float): Weight of the ranking term.
        time_contrast (dict, optional): Config of a :class:`TimeContrast`, an auxiliary loss on the
            tokens; ``in_channels`` is filled in.
        contrast_weight (float): Its weight.
        norm (str): ``'batch'`` or ``'group'``: normalisation of the streams and inside; see
            :func:`~mmav_coattn.models.necks.token_norm.build_token_norm`.
        place_evidence (bool): Whether the decision also hears how well the place that explains
            the sound best does so, see :class:`PlaceEvidence`; needs ``time_contrast``.
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If ``kernel_size`` is even, ``norm`` is unknown, or there is ``place_evidence``
            without ``time_contrast``.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | None = None,
        kernel_size: int = 5,
        num_convs: int = 2,
        dropout: float = 0.0,
        ranking_weight: float = 0.0,
        time_contrast: dict | None = None,
        contrast_weight: float = 0.5,
        norm: str = 'batch',
        place_evidence: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(in_channels, ranking_weight, time_contrast, contrast_weight, init_cfg)
        if kernel_size % 2 == 0:
            raise ConfigError(f'cls_head: kernel_size={kernel_size} must be odd.')
        if place_evidence and time_contrast is None:
            raise ConfigError(
                'cls_head: place_evidence=True compares by what the auxiliary loss learns: add '
                "time_contrast=dict(type='TimeContrast')."
            )
        self.place_evidence = PlaceEvidence() if place_evidence else None
        extra_steps = PlaceEvidence.STEP_CHANNELS if place_evidence else 0
        hidden = hidden_channels or in_channels
        self.visual_norm = build_token_norm(norm, in_channels, item_dims=2)
        self.audio_norm = build_token_norm(norm, in_channels, item_dims=2)
        self.fuse = nn.Sequential(
            nn.Linear(3 * in_channels + extra_steps, hidden), nn.ReLU(inplace=True)
        )
        self.convs = nn.Sequential(
            *[
                nn.Sequential(
                    nn.Conv1d(hidden, hidden, kernel_size, padding=kernel_size // 2),
                    nn.BatchNorm1d(hidden)
                    if norm == 'batch'
                    else nn.GroupNorm(check_groups(hidden), hidden),
                    nn.ReLU(inplace=True),
                )
                for _ in range(num_convs)
            ]
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(2 * hidden, 1)
        # Small, so that training starts at chance (ln 2) instead of confidently wrong.
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.zeros_(self.classify.bias)
        # The evidence is in nats a step, and of an untrained network near 0.
        self.evidence_weight = nn.Parameter(torch.ones(())) if place_evidence else None

    def forward(self, features: CoAttentionFeatures) -> Tensor:
        """Logits (N, J) of streams (N, J, T, D)."""
        visual, audio = self.visual_norm(features.visual), self.audio_norm(features.audio)
        parts = [visual, audio, visual * audio]
        evidence = None
        if self.place_evidence is not None:
            visual_tokens, audio_tokens = self.tokens_of(features)
            attended, evidence, _ = self.place_evidence(
                self.time_contrast, visual_tokens, audio_tokens
            )
            parts.append(attended.to(visual.dtype))
        fused = self.fuse(torch.cat(parts, dim=-1))
        steps = self.convs(fused.flatten(0, 1).transpose(1, 2))  # (N*J, D, T)
        pooled = torch.cat([steps.mean(dim=-1), steps.amax(dim=-1)], dim=-1)
        logits = self.classify(self.dropout(pooled)).view(visual.shape[:2])
        return logits if evidence is None else logits + self.evidence_weight * evidence

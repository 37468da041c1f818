"""What all kinds of maps share: what they are made of, what they give, and how one is chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import VisualFeatures

from .confidence import CONFIDENCES, OVER_TIME, clip_confidence

#: Short names, for the command line and short configs.
SHORT_NAMES = dict(
    attention=dict(type='AttentionMap'),
    rollout=dict(type='AttentionMap', blocks='rollout'),
    similarity=dict(type='SimilarityMap'),
    evidence=dict(type='EvidenceMap'),
    gradcam=dict(type='GradCAMMap'),
    motion=dict(type='MotionMap'),
    moving_source=dict(type='MovingSourceMap'),
)


class ClipEvidence(NamedTuple):
    """What a network made of N clips with J = 1+K sounds each.

    Attributes:
        model (nn.Module): The network.
        imgs (Tensor): Normalised frames (N, C, T, H, W).
        visual (Tensor | tuple[Tensor, ...] | None): Features of the visual tower
            (N, C_v, T', H', W'), or of several of its stages; None where the network joins the
            modalities earlier.
        audio (Tensor | None): Features of the audio tower (N, J, C_a, F', T''); None likewise.
        num_spectra (int): Frames of the log-mels that the audio tower saw.
        clip_seconds (float): Length of the clips, s.
        features (Any): Output of the neck, ``CoAttentionFeatures`` or the like.
        frames (Tensor | None): The frames as they came (N, C, T, H, W), uint8; None where they are
            not kept.
    """

    model: nn.Module
    imgs: Tensor
    visual: VisualFeatures | None
    audio: Tensor | None
    num_spectra: int
    clip_seconds: float
    features: Any
    frames: Tensor | None = None


class SoundMap(NamedTuple):
    """Where each of J sounds of N clips is made.

    Attributes:
        maps (Tensor): Raw values (N, J, T', H', W') float32: larger is likelier, on a scale that
            is the same for all clips.
        confidence (Tensor): (N, J), larger is surer that the source is in sight.
    """

    maps: Tensor
    confidence: Tensor


class MapSource(ABC):
    """A kind of map; calling it turns evidence into maps.

    Subclasses implement :meth:`raw_maps`, and :meth:`weights` if their values may be negative.

    Args:
        confidence (str): What the confidence of a clip is read off, see
            :func:`~mmav_coattn.localization.confidence.clip_confidence`.
        confidence_over_time (str): ``'max'`` or ``'mean'`` over the steps of the clip.
        min_confidence (float, optional): Below it no source is in sight: overlay videos then leave
            the picture alone. On the scale of the map's kind; a :class:`SoundLocalizationMetric`
            with silent clips proposes one. Defaults to None, always a source.

    Raises:
        ConfigError: If one of them is unknown.
    """

    #: Whether the evidence must hold attention weights.
    needs_attention = False

    def __init__(
        self,
        confidence: str = 'top_quarter',
        confidence_over_time: str = 'max',
        min_confidence: float | None = None,
    ) -> None:
        for name, value, choices in (
            ('confidence', confidence, CONFIDENCES),
            ('confidence_over_time', confidence_over_time, OVER_TIME),
        ):
            if value not in choices:
                raise ConfigError(f'map_source: {name}={value!r} is not one of {tuple(choices)}.')
        self.confidence = confidence
        self.confidence_over_time = confidence_over_time
        self.min_confidence = min_confidence

    def __call__(self, evidence: ClipEvidence) -> SoundMap:
        """Maps and confidences of a batch.

        Args:
            evidence (ClipEvidence): Of N clips.

        Returns:
            SoundMap: See there.

        Raises:
            ConfigError: If the network has no such map.
        """
        maps = self.raw_maps(evidence).float()
        logits = evidence.model.cls_head.predict(evidence.features)
        confidence = clip_confidence(
            self.confidence_maps(evidence, maps).float(),
            logits,
            self.confidence,
            self.confidence_over_time,
        )
        return SoundMap(maps, confidence)

    @abstractmethod
    def raw_maps(self, evidence: ClipEvidence) -> Tensor:
        """Raw values (N, J, T', H', W')."""

    def confidence_maps(self, evidence: ClipEvidence, maps: Tensor) -> Tensor:
        """What the confidence is read off (N, J, T', H', W'); by default the raw maps."""
        return maps

    def weights(self, maps: Tensor) -> Tensor:
        """Raw maps as weights for pictures: not negative, 1 in sum over the places of each step.

        A step whose values are all 0 becomes uniform.

        Args:
            maps (Tensor): (..., H', W').

        Returns:
            Tensor: (..., H', W').
        """
        positive = maps.clamp(min=0)
        total = positive.sum(dim=(-2, -1), keepdim=True)
        uniform = 1 / (maps.shape[-2] * maps.shape[-1])
        shares = positive / total.clamp(min=1e-12)
        return shares.where(total > 1e-12, shares.new_tensor(uniform))


def build_map_source(spec: str | dict | MapSource) -> MapSource:
    """Build a kind of map.

    Args:
        spec (str | dict | MapSource): A short name (``'attention'``, ``'rollout'``,
            ``'similarity'``, ``'evidence'``, ``'gradcam'``, ``'motion'``, ``'moving_source'``), a
            config with ``type``, or the built object.

    Raises:
        ConfigError: If the name is unknown.
    """
    if isinstance(spec, MapSource):
        return spec
    if isinstance(spec, str):
        if spec not in SHORT_NAMES:
            raise ConfigError(f'map_source={spec!r} is not one of {tuple(SHORT_NAMES)}.')
        spec = SHORT_NAMES[spec]
    source = MODELS.build(dict(spec))
    if not isinstance(source, MapSource):
        raise ConfigError(f'map_source: {type(source).__name__} is no kind of map.')
    return source

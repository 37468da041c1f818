"""Towers."""

from .audio_resnet import AudioResNet
from .audio_visual_backbone import AudioVisualBackbone
from .early_fusion_net import EarlyFusionNet

__all__ = ['AudioResNet', 'AudioVisualBackbone', 'EarlyFusionNet']

"""Towers."""

from .audio_resnet import AudioResNet
from .audio_visual_backbone import AudioVisualBackbone

__all__ = ['AudioResNet', 'AudioVisualBackbone']

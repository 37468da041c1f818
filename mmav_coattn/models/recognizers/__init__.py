"""Recognizers."""

from .audio_visual_recognizer import AudioVisualRecognizer
from .early_fusion_recognizer import EarlyFusionRecognizer

__all__ = ['AudioVisualRecognizer', 'EarlyFusionRecognizer']

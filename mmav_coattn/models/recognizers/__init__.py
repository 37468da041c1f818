"""Recognizers."""

from .audio_visual_classifier import AudioVisualClassifier
from .audio_visual_recognizer import AudioVisualRecognizer
from .early_fusion_recognizer import EarlyFusionRecognizer

__all__ = ['AudioVisualClassifier', 'AudioVisualRecognizer', 'EarlyFusionRecognizer']

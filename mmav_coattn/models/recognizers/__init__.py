"""Recognizers."""

from .audio_visual_recognizer import AudioVisualRecognizer

__all__ = ['AudioVisualRecognizer']

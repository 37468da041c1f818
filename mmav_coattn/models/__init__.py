"""Data preprocessor, towers, neck, head, losses and recognizer, in ``mmaction.registry``."""

from . import backbones, data_preprocessors, heads, losses, maps, necks, recognizers  # noqa: F401

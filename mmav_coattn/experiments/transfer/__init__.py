"""What pretraining is worth on other tasks: towers taken out, features, probes, tables."""

from .towers import TowerMatch, convert_tower, load_tower, read_tower

__all__ = ['TowerMatch', 'convert_tower', 'load_tower', 'read_tower']

"""Recipes, each parsed once."""

import copy
from functools import lru_cache

from mmengine.config import Config

parse = lru_cache(maxsize=None)(Config.fromfile)


def read(path) -> Config:
    """A copy of a recipe, with the data root that it names."""
    return copy.deepcopy(parse(path))

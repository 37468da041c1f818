"""Metrics: pure functions in ``functional``, thin mmengine wrappers in ``metrics``."""

from .functional import *  # noqa: F403
from .metrics import *  # noqa: F403

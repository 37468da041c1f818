"""What hooks into mmengine's training and test loops."""

from .hooks import *  # noqa: F403

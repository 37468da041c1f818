"""What the transforms here share."""

from __future__ import annotations

import inspect

from mmcv.transforms import BaseTransform


class Transform(BaseTransform):
    """A transform that is shown with its settings, which have the names of its attributes."""

    def __repr__(self) -> str:
        settings = inspect.signature(type(self)).parameters
        shown = ', '.join(f'{name}={getattr(self, name)!r}' for name in settings)
        return f'{type(self).__name__}({shown})'
